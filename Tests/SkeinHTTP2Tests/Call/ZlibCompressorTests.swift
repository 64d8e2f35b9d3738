// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct ZlibCompressorTests {
    private static let compressors: [ZlibCompressor] = [.gzip(), .deflate(), .gzip(level: 1), .deflate(level: 9)]

    private func compressed(_ bytes: [UInt8], by compressor: ZlibCompressor) throws -> [UInt8] {
        var output = Buffer()
        try compressor.compress(bytes.span.bytes, into: &output)
        return Array(output)
    }

    private func decompressed(
        _ bytes: [UInt8], by compressor: ZlibCompressor, limit: Int = 4 << 20
    ) throws -> [UInt8] {
        var output = Buffer()
        try compressor.decompress(bytes.span.bytes, into: &output, limit: limit)
        return Array(output)
    }

    @Test("what is compressed comes back, whatever its size and content", arguments: 1...40)
    func roundTrip(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for compressor in Self.compressors {
            let count = Int.random(in: 0...1 << Int.random(in: 0...17, using: &random), using: &random)
            let values = UInt8.random(in: 0...255, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...values, using: &random) }
            let packed = try compressed(bytes, by: compressor)
            #expect(try decompressed(packed, by: compressor, limit: count) == bytes)
        }
    }

    @Test("it reads what gzip and zlib wrote elsewhere")
    func foreign() throws {
        let gzip: [UInt8] = [
            0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0,
        ]
        let zlib: [UInt8] = [0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 6, 0x2c, 2, 0x15]
        #expect(try decompressed(gzip, by: .gzip()) == Array("hello".utf8))
        #expect(try decompressed(gzip + gzip, by: .gzip()) == Array("hellohello".utf8))
        #expect(try decompressed(zlib, by: .deflate()) == Array("hello".utf8))
    }

    @Test("nothing is accepted that is cut short, changed at the end, or followed by more", arguments: compressors)
    func broken(_ compressor: ZlibCompressor) throws {
        let whole = try compressed(Array("to be or not to be, that is the question".utf8), by: compressor)
        for count in 0..<whole.count {
            let error = #expect(throws: RPCError.self) { try decompressed(Array(whole[..<count]), by: compressor) }
            #expect(error?.code == .internal)
            #expect(error?.message.contains("ends early") == true, "\(error?.message ?? "") at \(count)")
        }
        let flipped = Array(whole.dropLast()) + [whole[whole.count - 1] ^ 1]
        for bytes: [UInt8] in [whole + [0], flipped, [1, 2, 3, 4]] {
            let error = #expect(throws: RPCError.self) { try decompressed(bytes, by: compressor) }
            #expect(error?.code == .internal)
        }
        #expect(try decompressed(whole, by: compressor).count == 40)
    }

    @Test("a small message that would become a large one is stopped at the limit", arguments: compressors)
    func bomb(_ compressor: ZlibCompressor) throws {
        let packed = try compressed([UInt8](repeating: 0, count: 16 << 20), by: compressor)
        #expect(packed.count < 100_000)
        var output = Buffer()
        let error = #expect(throws: RPCError.self) {
            try compressor.decompress(packed.span.bytes, into: &output, limit: 1 << 20)
        }
        #expect(error?.code == .resourceExhausted)
        #expect(output.count == 1 << 20 + 1)
        #expect(try decompressed(packed, by: compressor, limit: 16 << 20).count == 16 << 20)
    }
}
