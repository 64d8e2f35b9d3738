// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Config fields are read by type, with defaults and clear errors", .timeLimit(.minutes(2)))
struct ConfigFieldsTests {
    private func fields(_ json: String, knownPolicies: [String]? = nil) throws -> ConfigFields {
        try ConfigFields(JSONValue(parsing: json), knownPolicies: knownPolicies)
    }

    @Test("a missing or null field reads as its default", arguments: ["{}", #"{"x": null}"#])
    func defaults(json: String) throws {
        var fields = try fields(json)
        #expect(try fields.int("x", default: 7, in: 1...3) == 7)
        #expect(try fields.double("x", default: 0.5) == 0.5)
        #expect(try fields.bool("x", default: true))
        #expect(try fields.string("x", default: "d") == "d")
        #expect(try fields.strings("x") == [])
        #expect(try fields.duration("x", default: .seconds(3)) == .seconds(3))
        #expect(try fields.object("x") == nil)
        #expect(try fields.objects("x").isEmpty)
        #expect(try fields.map("x").isEmpty)
        #expect(try fields.policy("x") == nil)
        let isThere = fields.contains("x")
        #expect(!isThere)
    }

    @Test("values are read by their type, numbers also from strings")
    func values() throws {
        var fields = try fields(
            """
            {"i": 5, "is": "5", "d": 1.5, "ds": "1.5", "b": true, "s": "é", "l": ["a"], "t": "0.25s",
             "m": {"k": {"n": 1}}}
            """)
        #expect(try fields.int("i", default: 0) == 5)
        #expect(try fields.int("is", default: 0) == 5)
        #expect(try fields.double("d", default: 0) == 1.5)
        #expect(try fields.double("ds", default: 0) == 1.5)
        #expect(try fields.double("i", default: 0) == 5)
        #expect(try fields.bool("b", default: false))
        #expect(try fields.string("s", default: "") == "é")
        #expect(try fields.strings("l") == ["a"])
        #expect(try fields.duration("t", default: .zero) == .milliseconds(250))
        var entry = try #require(try fields.map("m").first)
        #expect(entry.key == "k")
        #expect(try entry.fields.int("n", default: 0) == 1)
    }

    @Test("an error names the place, the path, the value and what was expected")
    func errors() throws {
        var fields = try fields("{\n \"a\": {\"n\": 0, \"t\": \"5\", \"l\": [1], \"b\": 1, \"s\": [], \"d\": \"NaN\"}}")
        var inner = try #require(try fields.object("a"))
        func expect(_ message: String, _ body: () throws -> Void) {
            #expect(throws: ConfigurationError(message)) { try body() }
        }
        expect("line 2, column 13: a.n is 0: expected a whole number from 1 to 9") {
            _ = try inner.int("n", default: 1, in: 1...9)
        }
        expect("line 2, column 21: a.t is \"5\": expected a duration such as \"1.5s\"") {
            _ = try inner.duration("t", default: .zero)
        }
        expect("line 2, column 32: a.l[0] is 1: expected a string") { _ = try inner.strings("l") }
        expect("line 2, column 41: a.b is 1: expected true or false") { _ = try inner.bool("b", default: true) }
        expect("line 2, column 49: a.s is an array: expected a string") { _ = try inner.string("s", default: "") }
        expect("line 2, column 58: a.d is \"NaN\": expected a number") { _ = try inner.double("d", default: 1) }
        expect("line 2, column 21: a.t is \"5\": expected an object") { _ = try inner.object("t") }
    }

    @Test("unread fields are ignored unless the reader minds, and then the nearest name is suggested")
    func unread() throws {
        var fields = try fields(#"{"weight": 1, "adress": "x"}"#)
        _ = try fields.int("weight", default: 1)
        _ = try fields.string("address", default: "")
        let message = "adress is unknown (did you mean \"address\"?): expected one of address, weight"
        #expect(throws: ConfigurationError("line 1, column 25: \(message)")) { try fields.rejectUnread() }
    }

    @Test("a policy list chooses its first known entry")
    func policies() throws {
        let json = #"{"p": [{"mine": {}}, {"round_robin": {"a": 1}}]}"#
        var open = try fields(json)
        #expect(try open.policy("p")?.policy == "mine")
        var known = try fields(json, knownPolicies: ["pick_first", "round_robin"])
        #expect(try known.policy("p") == LoadBalancing(policy: "round_robin", json: #"{"a":1}"#))
    }

    @Test("a policy list without a known entry names the nearest and the known ones")
    func unknownPolicy() throws {
        var fields = try fields(#"{"p": [{"round_robbin": {}}]}"#, knownPolicies: ["round_robin", "pick_first"])
        let message = """
            line 1, column 7: p names "round_robbin" (did you mean "round_robin"?): \
            expected one of pick_first, round_robin
            """
        #expect(throws: ConfigurationError(message)) { try fields.policy("p") }
    }

    @Test(
        "a malformed policy list is refused",
        arguments: [
            #"{"p": {}}"#, #"{"p": []}"#, #"{"p": [{}]}"#, #"{"p": [{"a": {}, "b": {}}]}"#, #"{"p": [{"a": 1}]}"#,
        ])
    func malformedPolicies(json: String) throws {
        var fields = try fields(json)
        #expect(throws: ConfigurationError.self) { try fields.policy("p") }
    }
}
