// SPDX-License-Identifier: Apache-2.0
package import Logging
package import NIOCore
internal import NIOPosix
package import SkeinCore

/// A bound socket that accepts connections.
package final class Listener: Sendable {
    private let channel: any NIOCore.Channel
    /// Where it really listens: the port is never 0.
    package let address: EndpointAddress

    private init(_ channel: any NIOCore.Channel) {
        self.channel = channel
        address = EndpointAddress(channel.localAddress)
    }

    /// Binds to `address`. `accept` makes the connection for every peer, on the event loop that will carry it, or turns
    /// the peer away by throwing. Without `tls`, connections are plaintext.
    package static func bind(
        to address: ListenerAddress, on group: any EventLoopGroup, tls: ServerTLS? = nil, logger: Logger? = nil,
        accept: @escaping @Sendable (Peer, any EventLoop) throws -> ServerConnection
    ) async throws(ConfigurationError) -> Listener {
        let log = RefusalLog(logger)
        return try await bind(to: address, on: group, logger: logger) { channel in
            let peer = Peer(address: EndpointAddress(channel.remoteAddress))
            let connection: ServerConnection
            do {
                connection = try accept(peer, channel.eventLoop)
            } catch {
                log.report("refused a connection: \(error)", peer)
                throw error
            }
            do {
                try addHandlers(to: channel, for: connection, tls, log)
                // A channel that is closed before it was ever active, as its listener closes, tells its handlers nothing.
                channel.closeFuture.whenComplete { _ in connection.disconnected(nil) }
            } catch {
                connection.disconnected(error)
                throw error
            }
        }
    }

    /// Binds to `address`. `setUp` prepares the channel of every peer, on its event loop; an error turns the peer away.
    package static func bind(
        to address: ListenerAddress, on group: any EventLoopGroup, logger: Logger?,
        setUp: @escaping @Sendable (any NIOCore.Channel) throws -> Void
    ) async throws(ConfigurationError) -> Listener {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(logger))
                }
            }
            .childChannelOption(.writeBufferWaterMark, value: Connection.waterMark)
            // One turn of the loop, one read: `ReadSize` says of how much.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try setUp(channel) } }
        do {
            switch address {
            case .tcp(let host, let port):
                let bootstrap = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                return Listener(try await bootstrap.bind(host: host, port: port).get())
            case .unix(let path):
                return Listener(
                    try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get())
            }
        } catch {
            throw ConfigurationError("listen on \(address): \(ConnectError.text(for: error))")
        }
    }

    private static func addHandlers(
        to channel: any NIOCore.Channel, for connection: ServerConnection, _ tls: ServerTLS?, _ log: RefusalLog
    ) throws {
        let readSize = ReadSize()
        try channel.syncOptions?.setOption(.recvAllocator, value: ReadSize.Allocator(size: readSize))
        let socketHandler = SocketHandler(connection, timers: connection.timers, readSize: readSize)
        if let tls { return try tls.addHandlers(to: channel, for: socketHandler, of: connection, log: log) }
        let peer = connection.peer
        let firstBytes = FirstBytesHandler { ServerTLS.judgePlaintext($0, peer, log) }
        try channel.pipeline.syncOperations.addHandlers([firstBytes, socketHandler])
    }

    /// Stops accepting. Connections made live on.
    package func close() async {
        try? await channel.close()
    }
}
