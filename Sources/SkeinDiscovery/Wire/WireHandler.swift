// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore
internal import SkeinTransport

/// A request and what becomes of it.
struct WireRequest<Reply: Sendable>: Sendable {
    var bytes: ByteBuffer
    /// How many replies it has.
    var replies: Int
    var wait: ReplyWait<[Reply]>
}

/// Sends requests one behind the other and matches the replies to them, in order. A connection's own, on its loop.
final class WireHandler<Codec: WireCodec>: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = WireRequest<Codec.Reply>
    typealias OutboundOut = ByteBuffer

    private struct Pending {
        var request: WireRequest<Codec.Reply>
        var replies: [Codec.Reply] = []
        var deadline: Scheduled<Void>
    }

    private let peer: String
    private let limits: WireLimits
    private let onPush: @Sendable (Codec.Reply) -> Void
    private let onClose: @Sendable (any Error) -> Void
    private var codec: Codec
    private(set) var buffer = ByteBuffer()
    private var pending = CircularBuffer<Pending>()
    private var failure: (any Error)?
    private var isClosed = false

    init(
        _ codec: Codec, peer: String, limits: WireLimits, onPush: @escaping @Sendable (Codec.Reply) -> Void,
        onClose: @escaping @Sendable (any Error) -> Void
    ) {
        self.codec = codec
        self.peer = peer
        self.limits = limits
        self.onPush = onPush
        self.onClose = onClose
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = unwrapOutboundIn(data)
        if request.replies > 0 { expect(request, context) }
        context.write(wrapOutboundOut(request.bytes), promise: promise)
    }

    private func expect(_ request: WireRequest<Codec.Reply>, _ context: ChannelHandlerContext) {
        let loop = NIOLoopBound(self, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let deadline = context.eventLoop.scheduleTask(in: TimeAmount(limits.exchange)) {
            let handler = loop.value
            let error = RPCError(.deadlineExceeded, "ask \(handler.peer): no answer within \(handler.limits.exchange)")
            handler.fail(error, bound.value)
        }
        pending.append(Pending(request: request, deadline: deadline))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        if buffer.readableBytes == 0 { buffer = piece } else { buffer.writeBuffer(&piece) }
        do {
            while failure == nil, let message = try codec.next(&buffer) { try take(message) }
            // Else a peer whose every piece ends within a message makes it grow.
            if buffer.readableBytes > 0 { buffer.discardReadBytes() }
            guard buffer.readableBytes <= limits.message else {
                throw RPCError(.resourceExhausted, "read from \(peer): expected a message of at most \(limits.message)")
            }
        } catch {
            fail(error, context)
        }
    }

    private func take(_ message: WireMessage<Codec.Reply>) throws {
        switch message {
        case .push(let reply): onPush(reply)
        case .reply(let reply):
            guard !pending.isEmpty else {
                throw RPCError(.internal, "read from \(peer): expected a reply to a request, found one to none")
            }
            pending[pending.startIndex].replies.append(reply)
            let first = pending[pending.startIndex]
            guard first.replies.count == first.request.replies else { return }
            pending.removeFirst()
            first.deadline.cancel()
            first.request.wait.end(.success(first.replies))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { closed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(RPCError(.unavailable, "read from \(peer): \(ConnectError.text(for: error))", cause: error), context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        failure = failure ?? error
        context.close(promise: nil)
    }

    private func closed() {
        guard !isClosed else { return }
        isClosed = true
        let error = failure ?? RPCError(.unavailable, "ask \(peer): the connection was closed")
        for entry in pending {
            entry.deadline.cancel()
            entry.request.wait.end(.failure(error))
        }
        pending.removeAll()
        onClose(error)
    }
}
