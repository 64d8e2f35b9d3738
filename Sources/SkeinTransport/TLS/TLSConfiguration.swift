// SPDX-License-Identifier: Apache-2.0

/// What one side of a TLS connection proves, and what it asks of the other.
///
/// ALPN `h2` is always required, and TLS 1.2 at least. Files are read when the channel is made or the server starts;
/// what is wrong with them is a `ConfigurationError`.
public struct TLSConfiguration: Sendable, Hashable {
    /// The certificate to present. A server must have one; a client needs one where the server asks for it.
    public var identity: Identity?
    /// Whom the peer's certificate must come from.
    public var trustRoots = TrustRoots.system
    /// What is asked of the peer.
    public var peerVerification = PeerVerification.automatic
    /// Client: the name, or the IP address, that the server's certificate must have, and that is sent as SNI. Default:
    /// the host of the channel's authority.
    public var serverName: String?
    public var minimumVersion = Version.tls12

    public init() {}

    /// A certificate with its private key.
    public struct Identity: Sendable, Hashable {
        enum Source: Sendable, Hashable {
            case files(certificateChain: String, privateKey: String)
            case pem(certificateChain: [UInt8], privateKey: [UInt8])
            case pkcs12(file: String, password: String)
        }

        let source: Source
        let reloadEvery: Duration?

        /// Two PEM files: the certificate, followed by its intermediates if any, and its key, which is not encrypted.
        ///
        /// - Parameter reloadEvery: how often to look for changes. A new pair that is complete and valid serves the
        ///   connections made from then on; until there is one, the old pair stays. `nil`: never.
        public static func files(
            certificateChain: String, privateKey: String, reloadEvery: Duration? = nil
        ) -> Identity {
            Identity(
                source: .files(certificateChain: certificateChain, privateKey: privateKey), reloadEvery: reloadEvery)
        }

        /// The same in memory.
        public static func pem(certificateChain: [UInt8], privateKey: [UInt8]) -> Identity {
            Identity(source: .pem(certificateChain: certificateChain, privateKey: privateKey), reloadEvery: nil)
        }

        /// A PKCS #12 file (`.p12`, `.pfx`).
        public static func pkcs12(file: String, password: String, reloadEvery: Duration? = nil) -> Identity {
            Identity(source: .pkcs12(file: file, password: password), reloadEvery: reloadEvery)
        }
    }

    /// The certificates that others must lead to.
    public struct TrustRoots: Sendable, Hashable {
        enum Source: Sendable, Hashable {
            case system
            case file(String)
            case pem([UInt8])
        }

        let source: Source
        let reloadEvery: Duration?

        /// Those that the operating system trusts.
        public static let system = TrustRoots(source: .system, reloadEvery: nil)

        /// A PEM file with one certificate or more. `reloadEvery` is as for identities.
        public static func file(_ path: String, reloadEvery: Duration? = nil) -> TrustRoots {
            TrustRoots(source: .file(path), reloadEvery: reloadEvery)
        }

        /// The same in memory.
        public static func pem(_ bytes: [UInt8]) -> TrustRoots { TrustRoots(source: .pem(bytes), reloadEvery: nil) }
    }

    /// What is asked of the peer.
    public struct PeerVerification: Sendable, Hashable {
        enum Kind: Sendable, Hashable {
            case automatic, required, chainOnly, none
        }

        let kind: Kind

        /// A client verifies the server's certificate and its name; a server asks for no certificate.
        public static let automatic = PeerVerification(kind: .automatic)
        /// The peer must have a valid certificate: on a server, mutual TLS. A client verifies the name, too.
        public static let required = PeerVerification(kind: .required)
        /// The peer must have a valid certificate, whatever its name: a client then trusts every server that its trust
        /// roots vouch for.
        public static let chainOnly = PeerVerification(kind: .chainOnly)
        /// Nothing: a client then talks to anyone, encrypted. For tests.
        public static let none = PeerVerification(kind: .none)
    }

    /// A version of TLS.
    public struct Version: Sendable, Hashable {
        enum Number: Sendable, Hashable {
            case tls12, tls13
        }

        let number: Number

        public static let tls12 = Version(number: .tls12)
        public static let tls13 = Version(number: .tls13)
    }
}

/// What is printed tells nothing of keys and passwords.
extension TLSConfiguration.Identity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch source {
        case .files(let certificateChain, let privateKey): "files \(certificateChain), \(privateKey)"
        case .pem: "PEM in memory"
        case .pkcs12(let file, _): "PKCS #12 file \(file)"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
