// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinTransport

/// Ends a probe's connection that sends too much or takes too long.
final class ProbeLimits: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    static let bytes = 8 << 10
    static let time = Duration.seconds(5)

    private var received = 0
    private let timers: LoopTimers
    private var timer: LoopTimer?

    /// - Parameter timers: of the channel's loop.
    init(_ timers: LoopTimers) { self.timers = timers }

    func channelActive(context: ChannelHandlerContext) {
        timer = timers.schedule(in: TimeAmount(ProbeLimits.time)) { context.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        guard received <= ProbeLimits.bytes else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }
}
