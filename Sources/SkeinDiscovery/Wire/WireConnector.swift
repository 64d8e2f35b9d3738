// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import SkeinCore
internal import SkeinResolution
internal import SkeinTransport

/// Connects to the servers of a registry, by TCP or TLS.
struct WireConnector: Sendable {
    let tls: RegistryTLS?
    let context: RegistryContext
    var limits = WireLimits()

    /// A connection to the first of the node's addresses that takes one. `onPush` and `onClose` are called on its loop.
    nonisolated(nonsending) func connect<Codec: WireCodec>(
        to node: RegistryTarget.Node, _ codec: Codec,
        onPush: @escaping @Sendable (Codec.Reply) -> Void = { _ in },
        onClose: @escaping @Sendable (any Error) -> Void = { _ in }
    ) async throws -> WireConnection<Codec> {
        let secure = try await security()
        let addresses = try await context.lookup.addresses(of: node.host, port: node.port)
        var failure: any Error = RPCError(.unavailable, "connect \(node): no address")
        for address in addresses {
            do {
                let channel = try await bootstrap(node, secure) { [limits] in
                    WireHandler(codec, peer: "\(node)", limits: limits, onPush: onPush, onClose: onClose)
                }.connect(to: SocketAddress(ipAddress: address.host, port: node.port)).get()
                let connection = WireConnection<Codec>(channel, to: node)
                try Task.checkCancellation()
                return connection
            } catch {
                try Task.checkCancellation()
                failure = RPCError(.unavailable, "connect \(node): \(ConnectError.text(for: error))", cause: error)
            }
        }
        throw failure
    }

    private func bootstrap<Codec: WireCodec>(
        _ node: RegistryTarget.Node, _ secure: NIOSSLContext?,
        _ handler: @escaping @Sendable () -> WireHandler<Codec>
    ) -> ClientBootstrap {
        ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(TimeAmount(limits.connect))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let secure {
                        let name = tls?.serverName ?? node.host
                        let isNumber = EndpointAddress.isIPv4(name) || EndpointAddress.isIPv6(name)
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: secure, serverHostname: isNumber ? nil : name))
                    }
                    try pipeline.addHandler(handler())
                }
            }
    }

    /// Reads the files of keys, which blocks.
    private nonisolated(nonsending) func security() async throws -> NIOSSLContext? {
        guard let tls else { return nil }
        let result = try await BlockingPool.shared.run {
            Result { try NIOSSLContext(configuration: tls.configuration.clientSettings()) }
        }
        return try result.get()
    }
}
