// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOHTTP1

/// Answers the one request of a probe's connection, and closes it.
final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let isReady: () -> Bool
    private var hasAnswered = false

    init(isReady: @escaping () -> Bool) { self.isReady = isReady }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Neither a body nor a second request is of interest.
        guard case .head(let head) = unwrapInboundIn(data) else { return }
        answer(ProbeAnswer(to: head, isReady: isReady()), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        answer(.malformed, context)
    }

    /// First this side closes: a socket closed with unread bytes in it could take the answer along. The rest follows
    /// when the peer has closed its side, or its time is up.
    private func answer(_ answer: ProbeAnswer, _ context: ChannelHandlerContext) {
        guard !hasAnswered else { return }
        hasAnswered = true
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if answer.hasBody {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.text)))), promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(mode: .output, promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }
}
