// SPDX-License-Identifier: Apache-2.0
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct PercentEncodingTests {
    @Test(
        "a message is written with upper-case escapes and read back",
        arguments: [
            ("", ""), ("plain text ~!", "plain text ~!"), ("100%", "100%25"), ("a\nb\t", "a%0Ab%09"),
            ("caf\u{e9}", "caf%C3%A9"), ("\u{7f}", "%7F"), ("\u{1f986}", "%F0%9F%A6%86"),
        ])
    func roundTrip(_ text: String, _ encoded: String) {
        #expect(String(decoding: PercentEncoding.encode(text), as: UTF8.self) == encoded)
        #expect(PercentEncoding.decode(Array(encoded.utf8)) == text)
    }

    @Test(
        "reading never fails: broken escapes stay, broken UTF-8 becomes U+FFFD",
        arguments: [
            ("%", "%"), ("%2", "%2"), ("%zz", "%zz"), ("%%41", "%A"), ("%41%4", "A%4"), ("%c3%a9", "\u{e9}"),
            ("%ff", "\u{fffd}"), ("%2541", "%41"),
        ])
    func lenient(_ encoded: String, _ text: String) {
        #expect(PercentEncoding.decode(Array(encoded.utf8)) == text)
    }
}
