// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Base64", .timeLimit(.minutes(2)))
struct Base64Tests {
    @Test(
        "bytes are written without padding and read with or without",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(String(decoding: Base64.encode(Array(plain.utf8)), as: UTF8.self) == encoded)
        let padding = String(repeating: "=", count: (4 - encoded.count % 4) % 4)
        #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
        #expect(Base64.decode((encoded + padding).utf8) == Array(plain.utf8))
    }

    @Test(
        "what is not base64 is refused",
        arguments: [
            "A", "AAAAA", "Zg=", "Zg===", "Zm8==", "Zm9v=", "=", "==", "====", "Z=g=", "Zg==Zg==", "Zm-_", "Zm 8", "é",
        ])
    func refuses(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test("JSON's is padded, and read in both alphabets, in place")
    func inPlace() {
        var text = Array("\"".utf8)
        let plain: [UInt8] = [0xfb, 0xff, 0xbf, 0xff]
        plain.withUnsafeBytes { Base64.encode($0, padded: true, into: &text) }
        #expect(String(decoding: text, as: UTF8.self) == "\"+/+//w==")
        for letters in ["+/+//w==", "-_-__w", "-/+_/w=="] {
            var bytes = Array("\"\(letters)".utf8)
            #expect(Base64.decode(&bytes, from: 1, .both))
            #expect(bytes == Array("\"".utf8) + plain)
        }
    }

    @Test("any bytes survive the round trip", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for length in 0..<64 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}
