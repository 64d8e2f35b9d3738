// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// How a listener or a channel protects its connections. Always named by the application: there is no default.
public struct TransportSecurity: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case plaintext
        case tls(TLSConfiguration)
    }

    package let kind: Kind

    /// No encryption and no authentication: for loopback, a mesh that encrypts, tests.
    public static let plaintext = TransportSecurity(kind: .plaintext)

    /// TLS with ALPN `h2`.
    public static func tls(_ configuration: TLSConfiguration = .init()) -> TransportSecurity {
        TransportSecurity(kind: .tls(configuration))
    }

    /// The `:scheme` of requests.
    package var scheme: StaticString {
        switch kind {
        case .plaintext: "http"
        case .tls: "https"
        }
    }

    /// Throws when connections cannot be protected this way.
    package func validate(for place: String) throws(ConfigurationError) {
        guard case .tls = kind else { return }
        throw ConfigurationError(
            "open \(place) with security .tls: TLS is not available in this version; use .plaintext")
    }
}
