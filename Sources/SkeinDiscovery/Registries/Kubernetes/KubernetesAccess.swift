// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import SkeinCore
internal import SkeinTransport

/// Where a cluster's API server is and who asks it. Found in this order: the target's `server=`, its `kubeconfig=`, the
/// service account of the pod that this runs in, `KUBECONFIG`, `~/.kube/config`.
struct KubernetesAccess: Sendable, Hashable {
    /// Something in a file of its own, or in the configuration itself.
    enum Source: Sendable, Hashable {
        case file(String)
        case inline(String)
    }

    /// What finding them depends on; tests bring their own.
    struct Surroundings: Sendable {
        var environment: [String: String]
        var read: @Sendable (String) throws -> String

        static var process: Surroundings {
            Surroundings(environment: ProcessInfo.processInfo.environment) { path in
                try String(contentsOf: URL(filePath: path), encoding: .utf8)
            }
        }
    }

    static let parameters = [
        "server", "token", "token-file", "ca", "cert", "key", "server-name", "kubeconfig", "context", "namespace",
    ]
    private static let account = "/var/run/secrets/kubernetes.io/serviceaccount"

    var node: RegistryTarget.Node
    /// Before the paths of the API, e.g. of a proxy; mostly empty.
    var base = ""
    var isSecure = true
    var isVerified = true
    var serverName: String?
    var authority: Source?
    var certificate: Source?
    var key: Source?
    var token: Source?
    /// Of services that are named without one.
    var namespace = "default"

    init(server: String) throws(ConfigurationError) {
        guard let url = URL(string: server), let host = url.host(), !host.isEmpty, let scheme = url.scheme,
            ["https", "http"].contains(scheme)
        else {
            throw ConfigurationError("read server \(JSONValue.quoted(server)): expected https://host:port")
        }
        isSecure = scheme == "https"
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        node = RegistryTarget.Node(host: bare, port: url.port ?? (isSecure ? 443 : 80))
        base = url.path().split(separator: "/").map { "/\($0)" }.joined()
    }

    /// The access that `target` and the surroundings give. Reads files.
    static func found(for target: RegistryTarget, _ surroundings: Surroundings) throws -> KubernetesAccess {
        let query = target.query
        var access: KubernetesAccess
        if let server = query["server"] {
            access = try KubernetesAccess(server: server)
        } else if let path = query["kubeconfig"] {
            access = try KubeConfig(path, surroundings).access(context: query["context"])
        } else if let pod = try inCluster(surroundings) {
            access = pod
        } else {
            access = try KubeConfig(defaultPath(surroundings), surroundings).access(context: query["context"])
        }
        if let token = query["token"] { access.token = .inline(token) }
        if let file = query["token-file"] { access.token = .file(file) }
        if let file = query["ca"] { access.authority = .file(file) }
        if let file = query["cert"] { access.certificate = .file(file) }
        if let file = query["key"] { access.key = .file(file) }
        if let name = query["server-name"] { access.serverName = name }
        if let name = query["namespace"] { access.namespace = name }
        guard (access.certificate == nil) == (access.key == nil) else {
            throw target.error("both cert and key, or neither")
        }
        return access
    }

    private static func inCluster(_ surroundings: Surroundings) throws -> KubernetesAccess? {
        guard let host = surroundings.environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty else { return nil }
        let port = surroundings.environment["KUBERNETES_SERVICE_PORT"] ?? "443"
        var access = try KubernetesAccess(
            server: host.contains(":") ? "https://[\(host)]:\(port)" : "https://\(host):\(port)")
        access.authority = .file("\(account)/ca.crt")
        access.token = .file("\(account)/token")
        if let name = try? surroundings.read("\(account)/namespace") { access.namespace = trimmed(name) }
        return access
    }

    private static func defaultPath(_ surroundings: Surroundings) throws -> String {
        // Several files would have to be merged; the first counts.
        if let list = surroundings.environment["KUBECONFIG"], let first = list.split(separator: ":").first {
            return String(first)
        }
        guard let home = surroundings.environment["HOME"] else {
            throw ConfigurationError(
                "find the cluster: expected server= or kubeconfig= in the target, a pod's service account, KUBECONFIG, "
                    + "or HOME")
        }
        return "\(home)/.kube/config"
    }

    private static func trimmed(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined() }

    /// The token as it is now: files of tokens are replaced every hour or so.
    func currentToken(_ surroundings: Surroundings) throws -> String? {
        switch token {
        case nil: nil
        case .inline(let text): text
        case .file(let path): KubernetesAccess.trimmed(try surroundings.read(path))
        }
    }

    /// How connections are secured. Reads files.
    func tls(_ surroundings: Surroundings) throws -> TLSConfiguration {
        var configuration = TLSConfiguration()
        if let authority { configuration.trustRoots = .pem(try KubernetesAccess.bytes(authority, surroundings)) }
        if let certificate, let key {
            configuration.identity = .pem(
                certificateChain: try KubernetesAccess.bytes(certificate, surroundings),
                privateKey: try KubernetesAccess.bytes(key, surroundings))
        }
        if !isVerified { configuration.peerVerification = .none }
        configuration.serverName = serverName
        return configuration
    }

    private static func bytes(_ source: Source, _ surroundings: Surroundings) throws -> [UInt8] {
        switch source {
        case .inline(let text): Array(text.utf8)
        case .file(let path): Array(try surroundings.read(path).utf8)
        }
    }
}
