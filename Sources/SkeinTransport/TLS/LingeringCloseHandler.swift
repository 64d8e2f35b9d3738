// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// Makes sure that a client gets the alert that tells why its handshake was refused: a socket closed with unread bytes
/// in it takes along what was written last. Below the TLS handler until the handshake is done.
final class LingeringCloseHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let limit = TimeAmount.seconds(1)
    private var isClosing = false
    private let timers: LoopTimers
    private var timer: LoopTimer?

    /// - Parameter timers: of the channel's loop.
    init(_ timers: LoopTimers) { self.timers = timers }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, context.channel.isActive else { return context.close(mode: mode, promise: promise) }
        guard !isClosing else {
            promise?.succeed()
            return
        }
        isClosing = true
        timer = timers.schedule(in: LingeringCloseHandler.limit) { context.close(promise: nil) }
        context.close(mode: .output, promise: promise)
    }

    /// Nothing that still comes matters.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isClosing { context.fireChannelRead(data) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }
}
