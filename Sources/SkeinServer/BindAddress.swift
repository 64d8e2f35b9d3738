// SPDX-License-Identifier: Apache-2.0
package import SkeinTransport

/// Where a server listens.
public struct BindAddress: Sendable, Hashable {
    package let listenerAddress: ListenerAddress

    /// A TCP port. `host` is an IPv4 or IPv6 address of this machine, or a name for one; port 0 takes a free port,
    /// which `Server.addresses()` reports.
    public static func tcp(_ host: String = "0.0.0.0", port: Int) -> BindAddress {
        BindAddress(listenerAddress: .tcp(host: host, port: port))
    }

    /// A Unix domain socket. A socket file left by a process that has gone is replaced.
    public static func unix(path: String) -> BindAddress {
        BindAddress(listenerAddress: .unix(path: path))
    }
}

extension BindAddress: CustomStringConvertible {
    public var description: String { listenerAddress.description }
}
