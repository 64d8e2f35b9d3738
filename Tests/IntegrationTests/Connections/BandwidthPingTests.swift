// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import SkeinClient
import SkeinCore
import SkeinTransport
import Synchronization
import TestSupport
import Testing

/// Some peers send a PING with nearly every call, to measure the connection: that is no attack.
@Suite("peers that PING with every call", .serialized, .timeLimit(.minutes(20)))
struct BandwidthPingTests {
    private static let ping = Frames.frame(type: 6, [2, 4, 16, 16, 9, 14, 7, 7])
    private let calls = amount("SKEIN_PING_CALLS", 2_000)

    @Test("a server serves a client that sends a PING with each of its calls, one call after the other")
    func client() async throws {
        let calls = calls
        try await CallWorld.with(.tcp) { world in
            let client = PingingClient(calls, ping: Self.ping)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(client) }
                }
                .connect(host: "127.0.0.1", port: world.server.address.port ?? 0).get()
            try await channel.closeFuture.get()
            let (answered, pongs) = (client.answered.load(ordering: .relaxed), client.pongs.load(ordering: .relaxed))
            #expect(answered == calls && pongs >= calls - 1)
            let wasSentAway = client.wasSentAway.load(ordering: .relaxed)
            #expect(!wasSentAway)
        }
    }

    @Test("a client calls a server that sends a PING with each answer, one call after the other")
    func server() async throws {
        let server = try await RawServer { _ in
            .init(greeting: Frames.settings, respond: { Self.ping + Frames.reply($0) + Self.ping })
        }
        let channel = try Channel("ipv4:127.0.0.1:\(server.port)", security: .plaintext)
        let echo = EchoClient(channel)
        for _ in 0..<calls {
            let reply = try await echo.unary(Buffer("x"), .deadline(.seconds(60)))
            #expect(reply.text == "A")
        }
        #expect(server.connections == 1)
        await channel.shutDown(grace: .zero)
        await server.close()
    }
}

/// Makes one call after the other by hand, each with a PING behind it, and leaves after the last.
private final class PingingClient: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let answered = Atomic(0)
    let pongs = Atomic(0)
    let wasSentAway = Atomic(false)
    private let calls: Int
    private let ping: [UInt8]
    private let unread = Mutex(ByteBuffer())

    init(_ calls: Int, ping: [UInt8]) {
        self.calls = calls
        self.ping = ping
    }

    func channelActive(context: ChannelHandlerContext) {
        let window = Frames.setting(4, 0x7fff_ffff) + Frames.windowUpdate(0x7000_0000)
        write(Frames.preface + window + call(0), context)
    }

    private func call(_ number: Int) -> [UInt8] {
        let stream = UInt32(number * 2 + 1)
        return Frames.request(stream) + Frames.data(stream, Frames.message(), end: true) + ping
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unread.withLock { $0 }
        bytes.writeImmutableBuffer(unwrapInboundIn(data))
        while let header = bytes.getBytes(at: bytes.readerIndex, length: 9) {
            let length = 9 + header[..<3].reduce(0) { $0 << 8 | Int($1) }
            guard bytes.readableBytes >= length else { break }
            bytes.moveReaderIndex(forwardBy: length)
            receive(type: header[3], flags: header[4], context)
        }
        bytes.discardReadBytes()
        unread.withLock { [bytes] in $0 = bytes }
    }

    private func receive(type: UInt8, flags: UInt8, _ context: ChannelHandlerContext) {
        switch type {
        case 1 where flags & 1 == 1:
            let number = answered.add(1, ordering: .relaxed).newValue
            if number < calls { write(call(number), context) } else { context.close(promise: nil) }
        case 4 where flags & 1 == 0: write(Frames.frame(type: 4, flags: 1), context)
        case 6 where flags & 1 == 1: pongs.add(1, ordering: .relaxed)
        case 3, 7:
            wasSentAway.store(true, ordering: .relaxed)
            context.close(promise: nil)
        default: break
        }
    }
}
