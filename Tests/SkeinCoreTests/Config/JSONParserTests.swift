// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("JSON is read strictly and errors point at the place", .timeLimit(.minutes(2)))
struct JSONParserTests {
    @Test(
        "a text means the value that it spells",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)),
            ("-12", .integer(-12)), ("1.0", .integer(1)), ("1e3", .integer(1000)), ("1.5e-1", .double(0.15)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{c}\n\r\tz")),
            (#""\u00e9\ud83d\ude00é""#, .string("é😀é")),
            ("[]", .array([])), ("{}", .object([:])),
            ("[1, [2]]", .array([.init(.integer(1)), .init(.array([.init(.integer(2))]))])),
            (#"{"a": {"b": null}}"#, .object(["a": .init(.object(["b": .init(.null)]))])),
        ] as [(String, JSONValue.Content)])
    func accepts(text: String, content: JSONValue.Content) throws {
        let value = try JSONValue(parsing: text)
        #expect(value.content == content)
        #expect(try JSONValue(parsing: value.description) == value)
    }

    @Test(
        "a wrong text is refused with line, column and what was expected",
        arguments: [
            ("", "line 1, column 1: expected a value, found the end"),
            ("tru", "line 1, column 1: expected a value, found \"t\""),
            ("[1,]", "line 1, column 4: expected a value, found \"]\""),
            ("[1 2]", "line 1, column 4: expected \",\" or \"]\", found \"2\""),
            ("{\"a\" 1}", "line 1, column 6: expected \":\" after a member name, found \"1\""),
            ("{\n  \"é\": x}", "line 2, column 8: expected a value, found \"x\""),
            ("{a: 1}", "line 1, column 2: expected a member name in double quotes, found \"a\""),
            ("{\"a\": 1,\n\"a\": 2}", "line 2, column 1: expected each member once, found \"a\" again"),
            ("1 1", "line 1, column 3: expected the end of the text, found \"1\""),
            ("01", "line 1, column 2: expected a number without leading zeros, found \"1\""),
            ("-", "line 1, column 2: expected a digit, found the end"),
            ("1.", "line 1, column 3: expected a digit, found the end"),
            ("1e999", "line 1, column 1: expected a number that fits 64 bits, found 1e999"),
            ("\"a\nb\"", "line 1, column 3: expected the closing quote of a string, found \"\\n\""),
            ("\"a", "line 1, column 3: expected the closing quote of a string, found the end"),
            ("\"\\x\"", "line 1, column 3: expected one of \" \\ / b f n r t u after a backslash, found \"x\""),
            ("\"\\u12g4\"", "line 1, column 6: expected four hex digits, found \"g\""),
            ("\"\\ud800\"", "line 1, column 8: expected both halves of a surrogate pair, found \"\\\"\""),
            ("\"\\ud800\\u0041\"", "line 1, column 14: expected a low surrogate before here, found \"\\\"\""),
            ("// no\n1", "line 1, column 1: expected a value, found \"/\""),
            ("NaN", "line 1, column 1: expected a value, found \"N\""),
        ])
    func refuses(text: String, message: String) {
        #expect(throws: ConfigurationError(message)) { try JSONValue(parsing: text) }
    }

    @Test("nesting is allowed to 100 levels and no further")
    func depth() throws {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        _ = try JSONValue(parsing: deep)
        #expect(throws: ConfigurationError.self) { try JSONValue(parsing: "[\(deep)]") }
        #expect(throws: ConfigurationError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test("values that differ only in layout and member order are equal and print alike")
    func equality() throws {
        let a = try JSONValue(parsing: #"{"x": 1, "y": [true]}"#)
        let b = try JSONValue(parsing: "{\n\"y\":[ true ],\"x\":1.0}")
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(a.description == #"{"x":1,"y":[true]}"#)
        #expect(b.members?.map(\.name) == ["y", "x"])
    }

    @Test("random bytes and cut texts never trap", arguments: 0..<20 as Range<UInt64>)
    func hostile(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let whole = #"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00",{"b":null}],"c":[true,false]}"#
        for _ in 0..<200 {
            var bytes = Array(whole.utf8.prefix(Int.random(in: 0...whole.utf8.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...127, using: &random)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ConfigurationError) {
                let value = try JSONValue(parsing: text)
                #expect(try JSONValue(parsing: value.description) == value)
            } catch {
                #expect(error.message.hasPrefix("line "))
            }
        }
    }
}
