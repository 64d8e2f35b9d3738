// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import Testing

@testable import SkeinTransport

@Suite("the first bytes of a connection", .timeLimit(.minutes(1)))
struct WireProtocolTests {
    @Test(
        "tell its protocol",
        arguments: [
            ([0x16, 3, 1, 2, 0, 1], .tls), ([0x15, 3, 3, 0, 2], .tls), (Array("PRI * HTTP/2.0".utf8), .http2Preface),
            ([0, 0, 18, 4, 0, 0, 0, 0, 0], .http2Settings), (Array("GET / HTTP/1.1".utf8), .http1Request),
            (Array("DELETE /".utf8), .http1Request), (Array("HTTP/1.1 400".utf8), .http1Response),
            ([0, 0, 0, 0, 0], .unknown), (Array("get / ".utf8), .unknown), ([0x16, 3], .unknown),
        ] as [([UInt8], WireProtocol)])
    func protocols(_ bytes: [UInt8], _ expected: WireProtocol) {
        #expect(WireProtocol(bytes) == expected)
    }

    @Test("are looked at in whatever pieces they come, and passed on whole", arguments: 1...7)
    func pieces(size: Int) throws {
        var seen: [WireProtocol] = []
        let channel = EmbeddedChannel(
            handler: FirstBytesHandler {
                seen.append($0)
                return nil
            })
        let bytes = Array("PRI * HTTP/2.0".utf8)
        var received: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            try channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
            while let part = try channel.readInbound(as: ByteBuffer.self) { received += part.readableBytesView }
        }
        #expect(received == bytes)
        #expect(seen == [.http2Preface])
        #expect(throws: (any Error).self) { try channel.pipeline.syncOperations.handler(type: FirstBytesHandler.self) }
        _ = try channel.finish()
    }

    @Test("close the connection when they are refused, and go no further")
    func refusal() throws {
        let channel = EmbeddedChannel(handler: FirstBytesHandler { _ in TLSFailure("no") })
        let error = #expect(throws: TLSFailure.self) { try channel.writeInbound(ByteBuffer(bytes: [1, 2, 3, 4, 5])) }
        #expect(error == TLSFailure("no"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(!channel.isActive)
    }
}
