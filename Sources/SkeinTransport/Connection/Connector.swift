// SPDX-License-Identifier: Apache-2.0
package import NIOCore
internal import NIOPosix
package import SkeinCore
package import SkeinHTTP2

/// Makes client connections over sockets.
package struct Connector: Sendable {
    private let configuration: HTTP2Configuration
    private let timeout: Duration

    /// - Parameter timeout: for the TCP handshake and the server's SETTINGS, each.
    package init(_ configuration: HTTP2Configuration, timeout: Duration) {
        self.configuration = configuration
        self.timeout = timeout
    }

    /// Starts to connect. The answer tells `delegate` when it is ready, and that it is closed if that fails. On the loop.
    package func connect(
        to address: EndpointAddress, on eventLoop: any EventLoop, delegate: any ClientConnectionDelegate
    ) throws -> ClientConnection {
        let connection = try ClientConnection(
            to: address, on: eventLoop, configuration: configuration, handshakeTimeout: TimeAmount(timeout),
            delegate: delegate)
        let bootstrap = ClientBootstrap(group: eventLoop)
        if address.port != nil { _ = bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1) }
        bootstrap
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.writeBufferWaterMark, value: Connection.waterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SocketHandler(connection))
                }
            }
            .connect(to: try address.socketAddress)
            .whenFailure { connection.connectFailed($0) }
        return connection
    }
}

extension Connection {
    /// What NIO may hold for us before a connection pauses.
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
        low: Connection.outputChunk / 2, high: Connection.outputChunk)
}
