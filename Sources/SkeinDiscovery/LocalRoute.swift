// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix
internal import SkeinCore
internal import SkeinResolution

/// From which of this machine's addresses packets to another machine go.
enum LocalRoute {
    /// The local address of the route to the first of `nodes` that has one. No packet is sent: a UDP socket is
    /// connected, which makes the system choose.
    static nonisolated(nonsending) func address(
        towards nodes: [RegistryTarget.Node], _ lookup: any AddressLookup
    ) async -> EndpointAddress? {
        for node in nodes {
            guard let remote = try? await lookup.addresses(of: node.host, port: node.port).first,
                let target = try? SocketAddress(ipAddress: remote.host, port: max(1, node.port)),
                let channel = try? await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(to: target).get()
            else { continue }
            let host = channel.localAddress?.ipAddress
            try? await channel.close().get()
            if let host { return EndpointAddress.isIPv4(host) ? .ipv4(host, port: 0) : .ipv6(host, port: 0) }
        }
        return nil
    }
}
