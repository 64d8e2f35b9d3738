// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// Looks at the first bytes of a connection, then leaves the pipeline: they tell a peer that speaks another protocol,
/// of which what comes after could only say that the bytes are wrong.
final class FirstBytesHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// What is wrong with the protocol, as the connection's error; `nil`: go on.
    private let judge: (WireProtocol) -> (any Error)?
    private var held: ByteBuffer?

    init(_ judge: @escaping (WireProtocol) -> (any Error)?) { self.judge = judge }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if var held = held.take() {
            held.writeBuffer(&bytes)
            bytes = held
        }
        guard bytes.readableBytes >= WireProtocol.length else {
            held = bytes
            return
        }
        if let error = judge(WireProtocol(bytes.readableBytesView)) {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        } else {
            context.fireChannelRead(wrapInboundOut(bytes))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
    }
}
