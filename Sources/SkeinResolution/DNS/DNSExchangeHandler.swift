// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// Asks one question over one socket and waits for its answer. Confined to its event loop.
final class DNSExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case idle
        case waiting(EventLoopPromise<DNSMessage>, DNSQuestion, id: UInt16, deadline: Scheduled<Void>)
        case over
    }

    private let isStream: Bool
    private var state = State.idle
    /// What came instead of an answer.
    private var oddity: String?

    init(isStream: Bool) { self.isStream = isStream }

    /// May be called once, on the loop.
    func ask(
        _ question: DNSQuestion, usesExtensions: Bool, timeout: Duration, _ channel: any Channel
    ) -> EventLoopFuture<DNSMessage> {
        let promise = channel.eventLoop.makePromise(of: DNSMessage.self)
        guard case .idle = state, channel.isActive else {
            promise.fail(DNSExchange.Failure(reason: "closes the connection"))
            return promise.futureResult
        }
        let id = UInt16.random(in: .min ... .max)
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            let handler = bound.value
            let detail = handler.oddity.map { ", only \($0)" } ?? ""
            handler.end(.failure(DNSExchange.Failure(reason: "does not answer within \(timeout)\(detail)")))
        }
        state = .waiting(promise, question, id: id, deadline: deadline)
        let query = DNSMessage.query(question, id: id, usesExtensions: usesExtensions)
        channel.writeAndFlush(ByteBuffer(bytes: query), promise: nil)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .waiting(_, let question, let id, _) = state else { return }
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        do {
            let message = try DNSMessage(parsing: bytes)
            guard message.isResponse, message.id == id, message.questions == [question] else {
                oddity = "with answers to something else"
                return
            }
            end(.success(message))
        } catch {
            oddity = "with what is no message: \(error)"
            // From a connection nothing better can come; a datagram may be from anybody.
            if isStream { end(.failure(DNSExchange.Failure(reason: "answers with what is no message: \(error)"))) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failure(DNSExchange.Failure(reason: DNSExchange.reason(for: error))))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(DNSExchange.Failure(reason: "closes the connection")))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end(.failure(DNSExchange.Failure(reason: "closes the connection")))
    }

    private func end(_ result: Result<DNSMessage, any Error>) {
        guard case .waiting(let promise, _, _, let deadline) = state else { return }
        state = .over
        deadline.cancel()
        promise.completeWith(result)
    }
}
