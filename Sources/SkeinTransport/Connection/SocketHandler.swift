// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// Joins a NIO channel to a connection: the only channel handler there is.
final class SocketHandler: ChannelInboundHandler, ByteOutput {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let input: any ByteInput
    private var context: ChannelHandlerContext?
    private var isConnected = false
    private var error: (any Error)?
    private let timers: LoopTimers
    private var closeTimer: LoopTimer?
    /// How much to read at once, and when the handling of what was read last began.
    private let readSize: ReadSize?
    private var readStart: NIODeadline?

    /// - Parameters:
    ///   - timers: of the channel's loop.
    ///   - readSize: `nil`: what NIO finds best.
    init(_ input: any ByteInput, timers: LoopTimers, readSize: ReadSize? = nil) {
        self.input = input
        self.timers = timers
        self.readSize = readSize
    }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func write(_ bytes: ByteBuffer) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    /// First this side, once everything written has left, and the rest when the peer has answered with its end: a
    /// socket closed with unread bytes in it would throw away what the peer has not received yet.
    func close() {
        guard let context, closeTimer == nil else { return }
        setCloseTimer(.seconds(5))
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in
            guard let context = self.context else { return }
            setCloseTimer(.seconds(1))
            context.close(mode: .output, promise: nil)
        }
    }

    /// A peer that neither reads nor ends is waited for this long.
    private func setCloseTimer(_ limit: TimeAmount) {
        closeTimer?.cancel()
        closeTimer = timers.schedule(in: limit) { [self] in context?.close(promise: nil) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { connect() }
    }

    func channelActive(context: ChannelHandlerContext) { connect() }

    private func connect() {
        guard !isConnected else { return }
        isConnected = true
        input.connected(to: self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if readSize != nil, readStart == nil { readStart = .now() }
        input.received(unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        input.receivedBurst()
        guard let start = readStart.take() else { return }
        readSize?.handled(in: .now() - start)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { input.becameWritable() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = self.error ?? error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        closeTimer?.cancel()
        if isConnected { input.disconnected(error) }
    }
}
