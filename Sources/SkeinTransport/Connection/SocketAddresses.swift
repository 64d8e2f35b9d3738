// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

extension EndpointAddress {
    /// The address as NIO wants it. Throws for text that is not an address.
    var socketAddress: SocketAddress {
        get throws(ConfigurationError) {
            do {
                switch kind {
                case .ipv4(let host, let port), .ipv6(let host, let port):
                    return try SocketAddress(ipAddress: host, port: port)
                case .unix(let path):
                    return try SocketAddress(unixDomainSocketPath: path)
                }
            } catch {
                throw ConfigurationError("use address \(self): \(error)")
            }
        }
    }

    /// The address of a connected or bound NIO channel. A nameless Unix socket has an empty path.
    init(_ address: SocketAddress?) {
        switch address {
        case .v4(let v4)?: self = .ipv4(address?.ipAddress ?? v4.host, port: address?.port ?? 0)
        case .v6(let v6)?: self = .ipv6(address?.ipAddress ?? v6.host, port: address?.port ?? 0)
        case .unixDomainSocket?: self = .unix(path: address?.pathname ?? "")
        case nil: self = .unix(path: "")
        }
    }
}
