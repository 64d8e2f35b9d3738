// SPDX-License-Identifier: Apache-2.0

/// Who is at the other end of a connection.
public struct Peer: Sendable, Hashable {
    public var address: EndpointAddress
    /// What TLS established; `nil` on a plaintext connection.
    public var tls: TLSSession?

    public init(address: EndpointAddress, tls: TLSSession? = nil) {
        self.address = address
        self.tls = tls
    }

    /// What the handshake of a connection came to.
    public final class TLSSession: Sendable {
        /// `TLSv1.2` or `TLSv1.3`.
        public let version: String
        /// The peer's certificate, which was verified; `nil` when none was asked for.
        public let certificate: Certificate?

        public init(version: String, certificate: Certificate?) {
            self.version = version
            self.certificate = certificate
        }
    }

    /// A certificate and the names in it.
    public struct Certificate: Sendable, Hashable {
        /// In DER: the peer's own certificate first, then those that vouch for it, up to the trust root. A session
        /// that was resumed may bring the first only.
        public var chain: [[UInt8]]
        /// The subject's common name, which proves no host name.
        public var commonName: String?
        /// The subject alternative names, in their order: host names, IP addresses, and URIs such as a SPIFFE ID.
        public var dnsNames: [String]
        public var ipAddresses: [String]
        public var uris: [String]

        public init(
            chain: [[UInt8]], commonName: String? = nil, dnsNames: [String] = [], ipAddresses: [String] = [],
            uris: [String] = []
        ) {
            self.chain = chain
            self.commonName = commonName
            self.dnsNames = dnsNames
            self.ipAddresses = ipAddresses
            self.uris = uris
        }
    }
}

extension Peer: CustomStringConvertible {
    public var description: String { address.description }
}

extension Peer.TLSSession: Hashable {
    public static func == (one: Peer.TLSSession, other: Peer.TLSSession) -> Bool {
        one.version == other.version && one.certificate == other.certificate
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(version)
        hasher.combine(certificate)
    }
}
