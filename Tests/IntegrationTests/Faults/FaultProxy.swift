// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A TCP proxy that delays, cuts and resets the connections that pass it, and sends new ones to whatever server it
/// likes.
final class FaultProxy: Sendable {
    enum Cut: CaseIterable, Sendable {
        /// The client is told of the end, and what it has sent until it knows still reaches the server.
        case close
        /// Both sides get a RST; what was under way is lost.
        case reset
        /// The server is told of the end although the client goes on.
        case halfClose
    }

    private struct State {
        var links: [ObjectIdentifier: Link] = [:]
        var listener: (any NIOCore.Channel)?
        var cuts = 0
    }

    private let state = Mutex(State())
    private let settings: Settings

    /// What links look at when they carry bytes.
    final class Settings: Sendable {
        fileprivate let delay = Atomic<Int64>(0)
        fileprivate let seen: SeenCalls

        fileprivate init(_ seen: SeenCalls) { self.seen = seen }
    }

    private let server: @Sendable () -> Int

    /// - Parameters:
    ///   - server: the port that a new connection goes to.
    ///   - seen: is told of the calls that clients make.
    init(to server: @escaping @Sendable () -> Int, seen: SeenCalls) async throws {
        settings = Settings(seen)
        self.server = server
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { [weak self] client in
                self?.link(client) ?? client.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.listener = listener }
    }

    var port: Int { state.withLock { $0.listener?.localAddress?.port } ?? 0 }

    private func link(_ client: any NIOCore.Channel) -> EventLoopFuture<Void> {
        let link = Link(client, settings)
        state.withLock { $0.links[ObjectIdentifier(link)] = link }
        client.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.links.removeValue(forKey: ObjectIdentifier(link)) }
        }
        return link.start(port: server())
    }

    /// New and old connections hold back what they carry for this long.
    func setDelay(_ delay: TimeAmount) { settings.delay.store(delay.nanoseconds, ordering: .relaxed) }

    /// Cuts all connections that there are.
    func cut(_ cut: Cut) {
        let links = state.withLock { state in
            state.cuts += state.links.count
            return Array(state.links.values)
        }
        for link in links { link.cut(cut) }
    }

    /// How many connections were cut.
    var cuts: Int { state.withLock { $0.cuts } }
    var openConnections: Int { state.withLock { $0.links.count } }

    func close() async {
        let listener = state.withLock { $0.listener.take() }
        try? await listener?.close().get()
    }
}

/// A connection on its way through: its two ends, on one event loop.
private final class Link: Sendable {
    private let client: any NIOCore.Channel
    private let server = Mutex<(any NIOCore.Channel)?>(nil)
    private let settings: FaultProxy.Settings
    /// The client gets no more of what the server says.
    private let isDeaf = Atomic(false)

    init(_ client: any NIOCore.Channel, _ settings: FaultProxy.Settings) {
        self.client = client
        self.settings = settings
    }

    func start(port: Int) -> EventLoopFuture<Void> {
        let (client, settings) = (client, settings)
        return ClientBootstrap(group: client.eventLoop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port)
            .flatMap { server in
                self.server.withLock { $0 = server }
                let up = Relay(to: server, settings, watch: SeenCalls.Watch(settings.seen))
                let down = Relay(to: client, settings)
                down.isMuted = { self.isDeaf.load(ordering: .relaxed) }
                return client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(up)
                    try server.pipeline.syncOperations.addHandler(down)
                    try client.syncOptions?.setOption(.autoRead, value: true)
                    try server.syncOptions?.setOption(.autoRead, value: true)
                }
            }
            .flatMapError { error in
                client.close(promise: nil)
                return client.eventLoop.makeFailedFuture(error)
            }
    }

    func cut(_ cut: FaultProxy.Cut) {
        client.eventLoop.execute { [self] in
            let server = server.withLock { $0 }
            switch cut {
            case .close:
                isDeaf.store(true, ordering: .relaxed)
                client.close(mode: .output, promise: nil)
            case .reset: for channel in [client, server] { channel?.closeWithReset() }
            case .halfClose: server?.close(mode: .output, promise: nil)
            }
        }
    }
}

/// Passes on what one end of a link says to the other end.
private final class Relay: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let target: any NIOCore.Channel
    private let settings: FaultProxy.Settings
    private let watch: SeenCalls.Watch?
    var isMuted: () -> Bool = { false }
    /// What was held back longest is passed on first.
    private var lastRelease = NIODeadline.now()

    init(to target: any NIOCore.Channel, _ settings: FaultProxy.Settings, watch: SeenCalls.Watch? = nil) {
        self.target = target
        self.settings = settings
        self.watch = watch
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        watch?.saw(bytes)
        guard !isMuted() else { return }
        later(context) { [target] in target.writeAndFlush(bytes, promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return }
        // One that is muted has told its end already.
        if isMuted() {
            context.close(promise: nil)
        } else {
            later(context) { [target] in target.close(mode: .output, promise: nil) }
        }
    }

    /// A client is heard to its end even if the server is gone: what it sent until it knew counts as seen.
    func channelInactive(context: ChannelHandlerContext) {
        let mode: CloseMode = watch == nil ? .output : .all
        later(context) { [target] in target.close(mode: mode, promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func later(_ context: ChannelHandlerContext, _ body: @escaping () -> Void) {
        let delay = TimeAmount.nanoseconds(settings.delay.load(ordering: .relaxed))
        let now = NIODeadline.now()
        lastRelease = max(lastRelease, now + delay)
        guard lastRelease > now else { return body() }
        context.eventLoop.assumeIsolated().scheduleTask(deadline: lastRelease, body)
    }
}
