// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// How a registry's servers are reached by TLS: the parameters `tls=true`, `ca=`, `cert=`, `key=` (paths of PEM files)
/// and `server-name=` of a target.
struct RegistryTLS: Sendable, Hashable {
    /// The parameters that a registry's target may have for it.
    static let parameters = ["tls", "ca", "cert", "key", "server-name"]

    var caFile: String?
    var certificateFile: String?
    var keyFile: String?
    /// The name that the server's certificate has to be for, instead of the host's.
    var serverName: String?

    /// `nil`: plaintext.
    static func of(_ target: RegistryTarget) throws(ConfigurationError) -> RegistryTLS? {
        let given = ["ca", "cert", "key", "server-name"].filter { target.query[$0] != nil }
        guard try target.flag("tls", or: !given.isEmpty) else {
            guard let first = given.first else { return nil }
            throw target.error("no \(first) without TLS")
        }
        guard (target.query["cert"] == nil) == (target.query["key"] == nil) else {
            throw target.error("both cert and key, or neither")
        }
        return RegistryTLS(
            caFile: target.query["ca"], certificateFile: target.query["cert"], keyFile: target.query["key"],
            serverName: target.query["server-name"])
    }

    /// The same for a connection.
    var configuration: TLSConfiguration {
        var configuration = TLSConfiguration()
        if let caFile { configuration.trustRoots = .file(caFile) }
        if let certificateFile, let keyFile {
            configuration.identity = .files(certificateChain: certificateFile, privateKey: keyFile)
        }
        configuration.serverName = serverName
        return configuration
    }
}
