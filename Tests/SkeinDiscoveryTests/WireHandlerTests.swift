// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import SkeinCore
import Synchronization
import Testing

@testable import SkeinDiscovery

@Suite("bytes from a registry's server")
struct WireHandlerTests {
    @Test("pieces that each end within a message do not add up")
    func pieces() throws {
        let messages = Mutex(0)
        let handler = WireHandler(
            RedisCodec(), peer: "test", limits: WireLimits(), onPush: { _ in messages.withLock { $0 += 1 } },
            onClose: { _ in })
        let channel = EmbeddedChannel(handler: handler)
        let message = ">1\r\n$1000\r\n" + String(repeating: "x", count: 1000) + "\r\n"
        let bytes = Array((message + message).utf8)
        var piece = channel.allocator.buffer(capacity: message.utf8.count)
        try channel.writeInbound(ByteBuffer(bytes: bytes[..<10]))
        for _ in 0..<5000 {
            piece.clear()
            piece.writeBytes(bytes[10..<10 + message.utf8.count])
            try channel.writeInbound(piece)
        }
        #expect(messages.withLock(\.self) == 5000)
        #expect(handler.buffer.capacity < 1 << 16)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }
}
