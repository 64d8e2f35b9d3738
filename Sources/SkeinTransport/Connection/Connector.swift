// SPDX-License-Identifier: Apache-2.0
package import NIOCore
internal import NIOPosix
package import SkeinCore
package import SkeinHTTP2

/// Makes client connections over sockets.
package struct Connector: ConnectionMaker {
    private let configuration: HTTP2Configuration
    private let timeout: Duration
    private let keepalive: ClientKeepalive
    private let tls: ClientTLS?

    /// - Parameters:
    ///   - timeout: for the handshakes of TCP and TLS together, and for the server's SETTINGS.
    ///   - keepalive: of all its connections.
    ///   - tls: `nil`: plaintext.
    package init(
        _ configuration: HTTP2Configuration, timeout: Duration, keepalive: ClientKeepalive, tls: ClientTLS? = nil
    ) {
        self.configuration = configuration
        self.timeout = timeout
        self.keepalive = keepalive
        self.tls = tls
    }

    package func connect(
        to address: EndpointAddress, on eventLoop: any EventLoop, delegate: any ClientConnectionDelegate
    ) throws -> ClientConnection {
        let connection = try ClientConnection(
            to: address, on: eventLoop, configuration: configuration, handshakeTimeout: TimeAmount(timeout),
            keepalive: keepalive, delegate: delegate)
        let socketAddress = try address.socketAddress
        // Not now: a Unix socket fails at once, and nobody would know the connection yet.
        eventLoop.execute { open(connection, to: socketAddress, isTCP: address.port != nil) }
        return connection
    }

    private func open(_ connection: ClientConnection, to address: SocketAddress, isTCP: Bool) {
        let bootstrap = ClientBootstrap(group: connection.eventLoop)
        if isTCP {
            _ = bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1)
            setUserTimeout(on: bootstrap)
        }
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        bootstrap
            .connectTimeout(TimeAmount(timeout))
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
        try channel.pipeline.syncOperations.addHandlers([firstBytes, SocketHandler(connection)])
    }
}

extension Connector {
    /// With keepalive, data that nobody acknowledges ends the connection as soon as a PING would (gRFC A18).
    private func setUserTimeout(on bootstrap: ClientBootstrap) {
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
