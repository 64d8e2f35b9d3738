// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Metadata on the wire", .timeLimit(.minutes(2)))
struct MetadataEncodingTests {
    @Test("what gRPC allows has no problem")
    func allowed() {
        let metadata: Metadata = [
            "a-b_c.9": " ~", "x-bin": .binary([0, 255]), "grpc-previous-rpc-attempts": "1", "e": "",
        ]
        #expect(MetadataEncoding.problem(in: metadata) == nil)
    }

    @Test(
        "a name or value that cannot be sent is named",
        arguments: [
            (["": "1"], "\"\""), (["a b": "1"], "\"a b\""), ([":path": "1"], "\":path\""), (["é": "1"], "\"é\""),
            (["te": "1"], "reserved"), (["Content-Type": "1"], "reserved"), (["grpc-status": "0"], "reserved"),
            (["a": "é"], "not printable ASCII"), (["a": "1\n"], "not printable ASCII"),
            (["a-bin": "1"], "needs a binary value"), (["a": .binary([1])], "must end in -bin"),
        ] as [(Metadata, String)])
    func refused(metadata: Metadata, part: String) throws {
        let problem = try #require(MetadataEncoding.problem(in: metadata))
        #expect(problem.contains(part))
    }

    @Test("a binary value that is not base64 is dropped, the rest of its line stays")
    func brokenBinary() {
        let metadata = Metadata(makeBlock([("x-bin", "AQ, A*,Ag==, "), ("y", "a,b")]))
        #expect(metadata.binaryValues("x-bin") == [[1], [2], []])
        #expect(metadata["y"] == "a,b")
    }

    @Test("text goes as it is and bytes as base64 without padding")
    func wireValue() {
        #expect(MetadataEncoding.wireValue("a,b") == Array("a,b".utf8))
        #expect(MetadataEncoding.wireValue(.binary([1])) == Array("AQ".utf8))
    }

    @Test("what is written can be read back", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var metadata = Metadata()
        for index in 0..<20 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                metadata.append("k\(index)-bin", .binary(bytes))
            } else {
                let text = String(decoding: bytes.map { 0x21 + $0 % 94 }, as: UTF8.self)
                metadata.append("k\(index)", .text(text))
            }
        }
        #expect(MetadataEncoding.problem(in: metadata) == nil)
        let fields = metadata.map { ($0.name, String(decoding: MetadataEncoding.wireValue($0.value), as: UTF8.self)) }
        #expect(Metadata(makeBlock(fields)) == metadata)
    }
}
