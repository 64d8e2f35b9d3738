// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("JSON is read token by token", .timeLimit(.minutes(2)))
struct JSONScannerTests {
    private func scanner(_ text: String) -> JSONScanner { JSONScanner(Array(text.utf8)) }

    @Test("a number's text is kept as it was written", arguments: ["0", "-0.10e+05", "18446744073709551616", "1E9999"])
    func numbers(text: String) throws {
        var scanner = scanner("  \(text) ")
        #expect(try scanner.kind() == .number)
        #expect(try scanner.number().elementsEqual(text.utf8))
        try scanner.end()
    }

    @Test("members and elements come one by one")
    func members() throws {
        var scanner = scanner(#"{"a": [1, true], "b\u0063": {}, "n": null}"#)
        var isFirst = true
        #expect(try scanner.kind() == .object)
        #expect(try scanner.member(&isFirst)?.name == "a")
        var isFirstElement = true
        #expect(try scanner.kind() == .array)
        #expect(try scanner.element(&isFirstElement))
        #expect(try scanner.kind() == .number)
        #expect(try Array(scanner.number()) == [0x31])
        #expect(try scanner.element(&isFirstElement))
        #expect(try scanner.kind() == .bool)
        #expect(try scanner.bool())
        #expect(try !scanner.element(&isFirstElement))
        let second = try #require(try scanner.member(&isFirst))
        #expect(second.name == "bc")
        #expect(scanner.position(at: second.offset) == JSONValue.Position(line: 1, column: 18))
        try scanner.skipValue(depth: 0)
        #expect(try scanner.member(&isFirst)?.name == "n")
        #expect(try scanner.kind() == .null)
        try scanner.null()
        #expect(try scanner.member(&isFirst) == nil)
        try scanner.end()
    }

    @Test("a place is found again after going back")
    func rewinding() throws {
        var scanner = scanner("[\n  \"é\",\n  2]")
        try scanner.skipValue(depth: 0)
        #expect(scanner.position(at: scanner.offset) == JSONValue.Position(line: 3, column: 5))
        #expect(scanner.excerpt(from: 4) == "\"é\",\n  2]")
        scanner.rewind(to: 4)
        #expect(try scanner.string() == "é")
        #expect(scanner.position(at: scanner.offset) == JSONValue.Position(line: 2, column: 6))
    }

    @Test(
        "values stepped over are read as strictly as others",
        arguments: ["[1,]", "{\"a\":}", "[\"\\x\"]", "[01]", "[tru]", "["])
    func skipping(text: String) {
        var scanner = scanner(text)
        #expect(throws: JSONFault.self) { try scanner.skipValue(depth: 0) }
    }

    @Test("nesting is bounded while stepping over")
    func depth() {
        var scanner = scanner(String(repeating: "[", count: 1_000_000))
        #expect(throws: JSONFault.self) { try scanner.skipValue(depth: 0) }
        #expect(scanner.offset == JSONScanner.maxDepth)
    }
}
