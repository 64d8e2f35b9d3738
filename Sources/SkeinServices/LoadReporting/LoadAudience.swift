// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// Who is told how loaded a server is.
public struct LoadAudience: Sendable {
    private let accepts: @Sendable (Peer) -> Bool

    /// - Parameter accepts: asked once for each connection, and with every question for the load alone.
    public init(_ accepts: @escaping @Sendable (Peer) -> Bool) { self.accepts = accepts }

    /// Clients on this machine, in private networks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7) and on the
    /// same link, and clients whose certificate was verified.
    public static let local = LoadAudience { $0.tls?.certificate != nil || $0.address.isLocal }

    public static let everyone = LoadAudience { _ in true }

    func includes(_ peer: Peer) -> Bool { accepts(peer) }
}

extension EndpointAddress {
    /// Whether it is of this machine, of a private network, or of the link.
    var isLocal: Bool {
        switch kind {
        case .unix: true
        case .ipv4(let host, _): EndpointAddress.isLocalIPv4(host)
        case .ipv6(let host, _): EndpointAddress.isLocalIPv6(host)
        }
    }

    private static func isLocalIPv4(_ host: some StringProtocol) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, let first = parts[0], let second = parts[1], parts[2] != nil, parts[3] != nil else {
            return false
        }
        return switch (first, second) {
        case (127, _), (10, _), (172, 16...31), (192, 168), (169, 254): true
        default: false
        }
    }

    private static func isLocalIPv6(_ host: String) -> Bool {
        let address = host.prefix { $0 != "%" }.lowercased()
        if address == "::1" { return true }
        // An IPv4 client of a socket for both.
        if address.hasPrefix("::ffff:"), address.contains(".") { return isLocalIPv4(address.dropFirst(7)) }
        guard let first = address.split(separator: ":", omittingEmptySubsequences: false).first,
            let group = UInt16(first, radix: 16)
        else { return false }
        return group & 0xfe00 == 0xfc00 || group & 0xffc0 == 0xfe80
    }
}
