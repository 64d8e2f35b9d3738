// SPDX-License-Identifier: Apache-2.0
package import NIOCore
internal import NIOPosix
package import SkeinCore
package import SkeinHTTP2

/// Makes client connections over sockets.
package struct Connector: ConnectionMaker {
    private let configuration: HTTP2Configuration
    private let timeout: Duration

    /// - Parameter timeout: for the TCP handshake and the server's SETTINGS, each.
    package init(_ configuration: HTTP2Configuration, timeout: Duration) {
        self.configuration = configuration
        self.timeout = timeout
    }

    package func connect(
        to address: EndpointAddress, on eventLoop: any EventLoop, delegate: any ClientConnectionDelegate
    ) throws -> ClientConnection {
        let connection = try ClientConnection(
            to: address, on: eventLoop, configuration: configuration, handshakeTimeout: TimeAmount(timeout),
            delegate: delegate)
        let socketAddress = try address.socketAddress
        // Not now: a Unix socket fails at once, and nobody would know the connection yet.
        eventLoop.execute { open(connection, to: socketAddress, isTCP: address.port != nil) }
        return connection
    }

    private func open(_ connection: ClientConnection, to address: SocketAddress, isTCP: Bool) {
        let bootstrap = ClientBootstrap(group: connection.eventLoop)
        if isTCP { _ = bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1) }
        bootstrap
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.writeBufferWaterMark, value: Connection.waterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    connection.stopConnecting = { channel.close(promise: nil) }
                    try channel.pipeline.syncOperations.addHandler(SocketHandler(connection))
                }
            }
            .connect(to: address)
            .whenFailure { connection.connectFailed($0) }
    }
}

extension Connection {
    /// What NIO may hold for us before a connection pauses.
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
        low: Connection.outputChunk / 2, high: Connection.outputChunk)
}
