// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOSSL
internal import SkeinCore

/// What the connections of one side share until a file changes.
struct TLSContext: Sendable {
    enum Role: Sendable {
        case client, server
    }

    let context: NIOSSLContext
    /// Something to warn of, such as an identity that has expired.
    let warning: String?

    /// Makes a context from `material`, and says what is wrong with it. Blocks: the system's trust roots are files.
    init(
        _ configuration: TLSConfiguration, _ material: TLSMaterial, for role: Role
    ) throws(ConfigurationError) {
        var settings = NIOSSL.TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = configuration.minimumVersion.nio
        settings.applicationProtocols = ["h2"]
        settings.shutdownTimeout = .seconds(1)
        settings.certificateVerification =
            configuration.peerVerification.asksForCertificate(role) ? .noHostnameVerification : .none
        let chain = try material.fill(&settings)
        if chain.isEmpty, role == .server {
            throw ConfigurationError(
                "start a server with security .tls: it has no identity; give it a certificate, such as "
                    + ".tls(.files(certificateChain: …, privateKey: …))")
        }
        if role == .server { settings.sendCANameList = material.hasTrustRoots }
        do {
            context = try NIOSSLContext(configuration: settings)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw ConfigurationError(
                "use \(material.identityTitle): the key is not that of the first certificate, which must be one's own")
        } catch NIOSSLError.failedToLoadCertificate {
            throw ConfigurationError("use \(material.identityTitle): a certificate cannot be used for TLS")
        } catch {
            throw ConfigurationError(
                "set up TLS with \(material.identityTitle), trust roots \(configuration.trustRoots): \(error)")
        }
        warning =
            chain.compactMap { certificate in
                certificate.problem(at: CertificateDate.now).map { "certificate \(certificate.title) \($0)" }
            }.first
    }
}

extension TLSConfiguration.PeerVerification {
    /// Whether the peer must show a certificate that verifies.
    func asksForCertificate(_ role: TLSContext.Role) -> Bool {
        switch kind {
        case .automatic: role == .client
        case .required, .chainOnly: true
        case .none: false
        }
    }

    /// Whether a server must prove its name, too.
    var asksForName: Bool { kind == .automatic || kind == .required }
}

extension TLSConfiguration.TrustRoots: CustomStringConvertible {
    public var description: String {
        switch source {
        case .system: "of the system"
        case .file(let path): path
        case .pem: "in memory"
        }
    }
}
