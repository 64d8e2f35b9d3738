// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// One connection to a stand-in: requests are answered in their order, each by a task that ends with the connection.
final class StandInConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let handler: StandInServer.Handler
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var task: Task<Void, Never>?

    init(_ handler: @escaping StandInServer.Handler) { self.handler = handler }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, ByteBuffer())
        case .body(let bytes): body.writeImmutableBuffer(bytes)
        case .end:
            guard let head else { return }
            let request = StandInServer.request(head, body)
            let (channel, handler) = (context.channel, handler)
            task = Task {
                do {
                    try await StandInServer.send(try await handler(request), on: channel)
                } catch {
                    channel.close(promise: nil)
                }
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        task?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
