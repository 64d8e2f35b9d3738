// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix
internal import SkeinCore

/// TCP and Unix sockets, with TLS or without.
package struct SocketTransport: ClientTransport {
    private let tls: ClientTLS?

    /// - Parameter tls: `nil`: plaintext.
    package init(_ tls: ClientTLS?) { self.tls = tls }

    package var isPrivate: Bool { tls != nil }
    package var verifiesIdentity: Bool { tls?.verifiesName ?? false }

    package func open(_ connection: ClientConnection, timeout: Duration) throws {
        let address = try connection.address.socketAddress
        // Not now: a Unix socket fails at once, and nobody would know the connection yet.
        connection.eventLoop.execute { open(connection, to: address, TimeAmount(timeout)) }
    }

    private func open(_ connection: ClientConnection, to address: SocketAddress, _ timeout: TimeAmount) {
        let bootstrap = ClientBootstrap(group: connection.eventLoop)
        if connection.address.port != nil {
            _ = bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
            setUserTimeout(connection.keepaliveSetting, on: bootstrap)
        }
        let deadline = NIODeadline.now() + timeout
        bootstrap
            .connectTimeout(timeout)
            .channelOption(.writeBufferWaterMark, value: Connection.waterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    connection.stopConnecting = { channel.close(promise: nil) }
                    try addHandlers(to: channel, for: connection, deadline: deadline)
                }
            }
            .connect(to: address)
            .whenFailure { connection.connectFailed($0) }
    }

    private func addHandlers(
        to channel: any NIOCore.Channel, for connection: ClientConnection, deadline: NIODeadline
    ) throws {
        if let tls { return try tls.addHandlers(to: channel, for: connection, deadline: deadline) }
        let firstBytes = FirstBytesHandler { ClientTLS.judgePlaintext($0) }
        let socketHandler = SocketHandler(connection, timers: connection.timers)
        try channel.pipeline.syncOperations.addHandlers([firstBytes, socketHandler])
    }

    /// With keepalive, data that nobody acknowledges ends the connection as soon as a PING would (gRFC A18).
    private func setUserTimeout(_ keepalive: ClientKeepalive, on bootstrap: ClientBootstrap) {
        #if os(Linux)
            guard let timeout = keepalive.current?.timeout else { return }
            let milliseconds = SocketOptionValue(clamping: TimeAmount(timeout).nanoseconds / 1_000_000)
            _ = bootstrap.channelOption(.tcpOption(.init(rawValue: TCP_USER_TIMEOUT)), value: milliseconds)
        #endif
    }
}

extension Connection {
    /// What NIO may hold for us before a connection pauses.
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
        low: Connection.outputChunk / 2, high: Connection.outputChunk)
}
