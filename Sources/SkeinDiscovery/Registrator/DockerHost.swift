// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import SkeinCore
internal import SkeinResolution

/// Where a Docker Engine is and how the way there is secured, said as for Docker's own tools: `unix:///path` or
/// `tcp://host:port`, by TLS when `DOCKER_TLS_VERIFY` is set, with the files of `DOCKER_CERT_PATH`.
struct DockerHost: Sendable, Hashable {
    static let standard = "unix:///var/run/docker.sock"
    private static let certificates = ["ca.pem", "cert.pem", "key.pem"]

    var node: RegistryTarget.Node
    var tls: RegistryTLS?

    /// Reads `text`, else `DOCKER_HOST`.
    init(_ text: String?, _ environment: [String: String]) throws(ConfigurationError) {
        let said = DockerHost.filled(environment["DOCKER_HOST"])
        let text = text ?? said ?? DockerHost.standard
        guard let colon = text.firstRange(of: "://") else { throw DockerHost.error(text) }
        let rest = text[colon.upperBound...]
        switch text[..<colon.lowerBound] {
        case "unix":
            guard rest.hasPrefix("/"), rest.utf8.count > 1 else {
                throw DockerHost.error(text, "the path of a socket, beginning with a slash")
            }
            node = RegistryTarget.Node(host: String(rest), port: 0)
        case "tcp", "http", "https":
            let isSecure = DockerHost.filled(environment["DOCKER_TLS_VERIFY"]) != nil || text.hasPrefix("https:")
            let place = rest.hasSuffix("/") ? rest.dropLast() : rest
            do throws(HostPort.Problem) {
                let place = try HostPort(place, defaultPort: isSecure ? 2376 : 2375)
                node = RegistryTarget.Node(host: place.host, port: place.port)
            } catch {
                throw DockerHost.error(text, error.expected)
            }
            if isSecure { tls = try DockerHost.tls(environment) }
        default: throw DockerHost.error(text)
        }
    }

    private static func filled(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    private static func tls(_ environment: [String: String]) throws(ConfigurationError) -> RegistryTLS {
        guard
            let folder = filled(environment["DOCKER_CERT_PATH"])
                ?? filled(environment["HOME"]).map({ "\($0)/.docker" })
        else {
            throw ConfigurationError("find the certificates for Docker: expected DOCKER_CERT_PATH or HOME")
        }
        let files = certificates.map { "\(folder)/\($0)" }
        for file in files where !FileManager.default.isReadableFile(atPath: file) {
            throw ConfigurationError(
                "read \(file): expected a file; DOCKER_TLS_VERIFY is set, so DOCKER_CERT_PATH has to hold "
                    + certificates.joined(separator: ", "))
        }
        return RegistryTLS(caFile: files[0], certificateFile: files[1], keyFile: files[2])
    }

    private static func error(
        _ text: String, _ expected: String = "unix:///path or tcp://host:port"
    ) -> ConfigurationError {
        ConfigurationError("read the Docker host \(JSONValue.quoted(text)): expected \(expected)")
    }
}
