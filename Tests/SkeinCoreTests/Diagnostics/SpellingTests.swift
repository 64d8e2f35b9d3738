// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("The nearest spelling", .timeLimit(.minutes(2)))
struct SpellingTests {
    @Test(
        "a slip finds the word that was meant",
        arguments: [
            ("dnss", "dns"), ("dsn", "dns"), ("ns", "dns"), ("DNS", "dns"), ("statik", "static"), ("statci", "static"),
            ("unxi", "unix"), ("ipv5", "ipv4"),
        ])
    func near(word: String, meant: String) {
        #expect(Spelling.nearest(word, in: ["dns", "static", "unix", "ipv4", "ipv6"]) == meant)
    }

    @Test("a word that is like none finds none", arguments: ["greeter", "http", "", "x"])
    func far(word: String) {
        #expect(Spelling.nearest(word, in: ["dns", "static", "unix"]) == nil)
        #expect(Spelling.hint(for: word, in: ["dns", "static", "unix"]) == "")
    }

    @Test("the nearest wins over one that is merely near")
    func nearest() {
        #expect(Spelling.nearest("round_robn", in: ["random_robin", "round_robin"]) == "round_robin")
        #expect(Spelling.hint(for: "dnss", in: ["dns"]) == " (did you mean \"dns\"?)")
    }
}
