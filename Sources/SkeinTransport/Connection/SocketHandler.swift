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

    init(_ input: any ByteInput) { self.input = input }

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func write(_ bytes: ByteBuffer) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func close() {
        context?.close(promise: nil)
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

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { input.received(unwrapInboundIn(data)) }
    func channelReadComplete(context: ChannelHandlerContext) { input.receivedBurst() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { input.becameWritable() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = self.error ?? error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        if isConnected { input.disconnected(error) }
    }
}
