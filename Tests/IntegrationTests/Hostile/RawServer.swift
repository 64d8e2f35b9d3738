// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A TCP server that answers every connection by a script of bytes.
final class RawServer: Sendable {
    struct Script: Sendable {
        /// Sent to a client that has connected.
        var greeting: [UInt8] = []
        /// How many HEADERS frames of the client to wait for.
        var requests = 1
        /// Sent after them.
        var answer: [UInt8] = []
        /// Whether the connection is closed then.
        var closes = true
    }

    private let channel: any NIOCore.Channel
    private let accepted = Counter()

    init(_ script: @escaping @Sendable (_ connection: Int) -> Script) async throws {
        let accepted = accepted
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = Handler(script(accepted.next()))
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var connections: Int { accepted.count }

    func close() async { try? await channel.close().get() }

    private final class Counter: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .relaxed) }
        func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private var received: [UInt8] = []
        private var hasAnswered = false

        init(_ script: Script) { self.script = script }

        func channelActive(context: ChannelHandlerContext) {
            send(script.greeting, context)
            if script.requests == 0 { answer(context) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytesView
            guard received.count > Frames.preface.count, !hasAnswered else { return }
            let frames = Frames.parse(received.dropFirst(Frames.preface.count))
            if frames.count(where: { $0.type == 1 }) >= script.requests { answer(context) }
        }

        private func answer(_ context: ChannelHandlerContext) {
            hasAnswered = true
            send(script.answer, context)
            if script.closes { context.close(promise: nil) }
        }

        private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }
    }
}
