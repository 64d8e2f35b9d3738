// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A TCP client that sends whatever bytes it likes and keeps what comes back.
final class RawPeer: Sendable {
    private let channel: any NIOCore.Channel
    private let received: Received

    /// What came back so far; on the channel's loop, and read from anywhere.
    private final class Received: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        let bytes = Mutex<[UInt8]>([])
        let isClosed = Atomic(false)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            bytes.withLock { $0 += buffer.readableBytesView }
        }

        func channelInactive(context: ChannelHandlerContext) { isClosed.store(true, ordering: .relaxed) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// - Parameter readsByItself: `false`: only `readOnce` reads.
    init(port: Int, readsByItself: Bool = true) async throws {
        let received = Received()
        self.received = received
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelOption(.autoRead, value: readsByItself)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(received) }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    var bytes: [UInt8] { received.bytes.withLock { $0 } }
    var isClosed: Bool { received.isClosed.load(ordering: .relaxed) }

    /// Sends `bytes`; a server that has closed by then is no problem.
    func send(_ bytes: [UInt8]) async {
        try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    func readOnce() { channel.read() }

    /// The complete frames received so far.
    var frames: [(type: UInt8, flags: UInt8, stream: UInt32)] { Frames.parse(bytes) }

    func halfClose() async { try? await channel.close(mode: .output).get() }
    func close() async { try? await channel.close().get() }
}
