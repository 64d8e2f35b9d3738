// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A TCP server that answers every connection by a script of bytes.
final class RawServer: Sendable {
    struct Script: Sendable {
        enum Ending: Sendable {
            case open, close, halfClose
            /// With a RST instead of a FIN.
            case reset
        }

        /// Sent to a client that has connected.
        var greeting: [UInt8] = []
        /// How many HEADERS frames of the client to wait for.
        var requests = 1
        /// Sent after them.
        var answer: [UInt8] = []
        /// What happens to the connection then.
        var ending = Ending.close
        /// Instead of all that follows the greeting: sent after each request, by the number of its stream.
        var respond: (@Sendable (UInt32) -> [UInt8])?
    }

    private let channel: any NIOCore.Channel
    private let accepted = Counter()
    private let open = Counter()

    init(_ script: @escaping @Sendable (_ connection: Int) -> Script) async throws {
        let (accepted, open) = (accepted, open)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                open.add(1)
                channel.closeFuture.whenComplete { _ in open.add(-1) }
                return channel.eventLoop.makeCompletedFuture {
                    let handler = Handler(script(accepted.add(1)))
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var connections: Int { accepted.count }
    /// Connections that have not ended on both sides.
    var openConnections: Int { open.count }

    func close() async { try? await channel.close().get() }

    private final class Counter: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .relaxed) }
        /// The count before.
        @discardableResult
        func add(_ change: Int) -> Int { value.wrappingAdd(change, ordering: .relaxed).oldValue }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private var unread: [UInt8] = []
        private var hasPreface = false
        private var requests = 0
        private var hasAnswered = false

        init(_ script: Script) { self.script = script }

        func channelActive(context: ChannelHandlerContext) {
            send(script.greeting, context)
            if script.respond == nil, script.requests == 0 { answer(context) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            unread += unwrapInboundIn(data).readableBytesView
            if !hasPreface {
                guard unread.count >= Frames.preface.count else { return }
                unread.removeFirst(Frames.preface.count)
                hasPreface = true
            }
            for frame in takeFrames() where frame.type == 1 {
                requests += 1
                if let respond = script.respond { send(respond(frame.stream), context) }
            }
            if script.respond == nil, !hasAnswered, requests >= script.requests { answer(context) }
        }

        /// The complete frames that have come, each once.
        private func takeFrames() -> [(type: UInt8, stream: UInt32)] {
            var frames: [(type: UInt8, stream: UInt32)] = []
            var offset = 0
            while unread.count - offset >= 9 {
                let number = { (range: Range<Int>) in
                    range.reduce(UInt32(0)) { $0 << 8 | UInt32(self.unread[offset + $1]) }
                }
                let length = 9 + Int(number(0..<3))
                guard unread.count - offset >= length else { break }
                frames.append((unread[offset + 3], number(5..<9)))
                offset += length
            }
            unread.removeFirst(offset)
            return frames
        }

        private func answer(_ context: ChannelHandlerContext) {
            hasAnswered = true
            send(script.answer, context)
            switch script.ending {
            case .open: break
            case .close: context.close(promise: nil)
            case .halfClose: context.close(mode: .output, promise: nil)
            case .reset: context.channel.closeWithReset()
            }
        }

        private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }

        /// The client has sent all it will.
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
