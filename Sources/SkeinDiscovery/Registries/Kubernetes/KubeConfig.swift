// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import SkeinCore

/// A kubeconfig file, in YAML or JSON: clusters, users, and contexts that bring them together.
struct KubeConfig {
    private let root: JSONValue
    private let path: String

    init(_ path: String, _ surroundings: KubernetesAccess.Surroundings) throws {
        self.path = path
        do {
            root = try PlainYAML.read(try surroundings.read(path))
        } catch {
            throw ConfigurationError("read kubeconfig \(JSONValue.quoted(path)): \(error)")
        }
    }

    /// What a context gives access to; `nil`: the current one.
    func access(context: String?) throws(ConfigurationError) -> KubernetesAccess {
        guard let context = context ?? root["current-context"]?.text else {
            throw error("current-context, or context= in the target")
        }
        let place = try entry("contexts", "context", context)
        guard let clusterName = place["cluster"]?.text else { throw error("cluster in context \(context)") }
        let cluster = try entry("clusters", "cluster", clusterName)
        guard let server = cluster["server"]?.text else { throw error("server in cluster \(clusterName)") }
        var access = try KubernetesAccess(server: server)
        access.isVerified = cluster["insecure-skip-tls-verify"]?.truth != true
        access.serverName = cluster["tls-server-name"]?.text
        access.authority = try source(cluster, "certificate-authority")
        if let namespace = place["namespace"]?.text { access.namespace = namespace }
        if let name = place["user"]?.text { try identify(try entry("users", "user", name), name, &access) }
        return access
    }

    private func identify(
        _ user: JSONValue, _ name: String, _ access: inout KubernetesAccess
    ) throws(ConfigurationError) {
        access.certificate = try source(user, "client-certificate")
        access.key = try source(user, "client-key")
        if let token = user["token"]?.text { access.token = .inline(token) }
        if let file = user["tokenFile"]?.text { access.token = .file(resolved(file)) }
        for plugin in ["exec", "auth-provider"] where access.token == nil && access.certificate == nil {
            guard user[plugin] == nil else {
                throw error("a token or a certificate for user \(name), not \(plugin): give token-file= in the target")
            }
        }
    }

    private func entry(_ list: String, _ kind: String, _ name: String) throws(ConfigurationError) -> JSONValue {
        let entries = root[list]?.items ?? []
        guard let value = entries.first(where: { $0["name"]?.text == name })?[kind] else {
            throw error("\(JSONValue.quoted(name)) in \(list)")
        }
        return value
    }

    /// `name-data`, in base 64, before `name`, a file.
    private func source(
        _ entry: JSONValue, _ name: String
    ) throws(ConfigurationError) -> KubernetesAccess.Source? {
        if let text = entry["\(name)-data"]?.text {
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
                throw error("base 64 in \(name)-data")
            }
            return .inline(String(decoding: data, as: UTF8.self))
        }
        return entry[name]?.text.map { .file(resolved($0)) }
    }

    /// Files are named from where the kubeconfig is.
    private func resolved(_ file: String) -> String {
        guard !file.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return file }
        return path[...slash] + file
    }

    private func error(_ expected: String) -> ConfigurationError {
        ConfigurationError("read kubeconfig \(JSONValue.quoted(path)): expected \(expected)")
    }
}
