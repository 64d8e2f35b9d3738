// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A TCP proxy in front of a registry: the network between the two, which a test cuts and mends.
final class CutProxy: Sendable {
    enum Cut: String, CaseIterable, Sendable {
        /// The connections that there are get a RST; new ones are taken, and nothing answers.
        case reset
        /// The connections that there are say nothing any more, like new ones.
        case silence
    }

    private struct State {
        var listener: (any Channel)?
        var links: [ObjectIdentifier: Link] = [:]
        var isCut = false
        var taken: [ContinuousClock.Instant] = []
    }

    private let state = Mutex(State())
    private let server: Int

    /// Passes connections on to the port `server` of this machine.
    init(to server: Int) async throws {
        self.server = server
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { [weak self] client in
                client.eventLoop.makeCompletedFuture { self?.take(client) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.listener = listener }
    }

    var port: Int { state.withLock { $0.listener?.localAddress?.port } ?? 0 }

    /// When connections came.
    var taken: [ContinuousClock.Instant] { state.withLock(\.taken) }

    private func take(_ client: any Channel) {
        let link = Link(client)
        let isCut = state.withLock { state in
            state.taken.append(.now)
            state.links[ObjectIdentifier(link)] = link
            return state.isCut
        }
        client.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.links.removeValue(forKey: ObjectIdentifier(link)) }
        }
        if !isCut { link.carry(to: server) }
    }

    func cut(_ cut: Cut) {
        let links = state.withLock { state in
            state.isCut = true
            return Array(state.links.values)
        }
        for link in links {
            switch cut {
            case .reset: link.reset()
            case .silence: link.hold()
            }
        }
    }

    /// What was held back arrives, as it does when TCP sends it again.
    func mend() {
        let links = state.withLock { state in
            state.isCut = false
            return Array(state.links.values)
        }
        for link in links { link.carry(to: server) }
    }

    func close() async {
        let (listener, links) = state.withLock { ($0.listener.take(), Array($0.links.values)) }
        try? await listener?.close().get()
        for link in links { link.reset() }
    }
}

/// A connection on its way through: its two ends, on one event loop.
private final class Link: Sendable {
    private let client: any Channel
    private let server = Mutex<(any Channel)?>(nil)
    private let isConnecting = Atomic(false)

    init(_ client: any Channel) { self.client = client }

    /// Carries bytes from now on; the first time it connects to the server.
    func carry(to port: Int) {
        client.eventLoop.execute { [self] in
            guard !isConnecting.exchange(true, ordering: .relaxed) else { return setReading(true) }
            ClientBootstrap(group: client.eventLoop).channelOption(.autoRead, value: false)
                .connect(host: "127.0.0.1", port: port)
                .whenComplete { [self] result in
                    guard case .success(let other) = result else { return reset() }
                    server.withLock { $0 = other }
                    do {
                        try client.pipeline.syncOperations.addHandler(Relay(to: other))
                        try other.pipeline.syncOperations.addHandler(Relay(to: client))
                        setReading(true)
                    } catch {
                        reset()
                    }
                }
        }
    }

    /// Reads no more; what the two ends send waits in the buffers of the system.
    func hold() {
        client.eventLoop.execute { [self] in setReading(false) }
    }

    func reset() {
        client.eventLoop.execute { [self] in
            for channel in ends {
                _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                channel.close(promise: nil)
            }
        }
    }

    private var ends: [any Channel] { [client] + (server.withLock { $0 }.map { [$0] } ?? []) }

    private func setReading(_ isReading: Bool) {
        for channel in ends { try? channel.syncOptions?.setOption(.autoRead, value: isReading) }
    }
}

/// Passes on what one end says to the other.
private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let target: any Channel

    init(to target: any Channel) { self.target = target }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        target.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { target.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
