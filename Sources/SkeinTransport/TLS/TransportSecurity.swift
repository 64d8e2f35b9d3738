// SPDX-License-Identifier: Apache-2.0

/// How a listener or a channel protects its connections. Always named by the application: there is no default.
public struct TransportSecurity: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case plaintext
        case tls(TLSConfiguration)
    }

    package let kind: Kind

    /// No encryption and no authentication: for loopback, a mesh that encrypts, tests.
    public static let plaintext = TransportSecurity(kind: .plaintext)

    /// TLS with ALPN `h2`. A client needs no configuration to call servers that the system trusts.
    public static func tls(_ configuration: TLSConfiguration = .init()) -> TransportSecurity {
        TransportSecurity(kind: .tls(configuration))
    }

    /// TLS for a server that presents `identity` and serves everyone.
    public static func tls(_ identity: TLSConfiguration.Identity) -> TransportSecurity {
        var configuration = TLSConfiguration()
        configuration.identity = identity
        return .tls(configuration)
    }

    /// TLS for a client that trusts the servers that `roots` vouch for.
    public static func tls(trusting roots: TLSConfiguration.TrustRoots) -> TransportSecurity {
        var configuration = TLSConfiguration()
        configuration.trustRoots = roots
        return .tls(configuration)
    }

    /// TLS in which both sides prove who they are: this one with `identity`, the other to `roots`.
    public static func mutualTLS(
        _ identity: TLSConfiguration.Identity, trusting roots: TLSConfiguration.TrustRoots = .system
    ) -> TransportSecurity {
        var configuration = TLSConfiguration()
        configuration.identity = identity
        configuration.trustRoots = roots
        configuration.peerVerification = .required
        return .tls(configuration)
    }

    /// The `:scheme` of requests.
    package var scheme: StaticString {
        switch kind {
        case .plaintext: "http"
        case .tls: "https"
        }
    }
}
