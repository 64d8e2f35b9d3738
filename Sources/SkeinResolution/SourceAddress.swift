// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix

/// From which of this machine's addresses packets to another go.
package enum SourceAddress {
    /// The local address of the route to `host`, a number; `nil` when there is none. No packet is sent: a UDP socket is
    /// connected, which makes the system choose.
    package static nonisolated(nonsending) func towards(_ host: String, port: Int = 1) async -> String? {
        guard let target = try? SocketAddress(ipAddress: host, port: max(1, port)),
            let channel = try? await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(to: target).get()
        else { return nil }
        let local = channel.localAddress?.ipAddress
        try? await channel.close().get()
        return local
    }
}
