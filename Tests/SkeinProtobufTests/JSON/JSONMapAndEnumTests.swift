// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

private typealias Maps = Golden_Maps_Maps
private typealias Shades = Golden_Enums_Shades

@Suite("maps and enums in JSON", .timeLimit(.minutes(2)))
struct JSONMapAndEnumTests {
    @Test("maps have strings for keys of every type, in their order")
    func keys() throws {
        let maps = Maps(
            strings: ["b": "1", "a": "2", "": "3"], numbers: [10: 1, -2: 2, 9: 3], signed: [-5: 1],
            fixed: [.max: 0.5], sfixed: [.min: 1], flags: [true: [1], false: []], messages: [.max: .init(number: 1)])
        #expect(
            try maps.jsonString() == """
                {"strings":{"":"3","a":"2","b":"1"},"numbers":{"-2":"2","9":"3","10":"1"},"signed":{"-5":1},\
                "fixed":{"4294967295":0.5},"sfixed":{"-9223372036854775808":1},"flags":{"false":"","true":"AQ=="},\
                "messages":{"18446744073709551615":{"number":1}}}
                """)
        #expect(try Maps(json: maps.jsonString()) == maps)
        #expect(try Maps(json: Samples.maps.jsonString()) == Samples.maps)
    }

    @Test(
        "keys are read strictly",
        arguments: [
            (#"{"numbers":{"a":1}}"#, "numbers[\"a\"]: expected an integer from -2147483648 to 2147483647 in quotes"),
            (#"{"numbers":{"2147483648":1}}"#, "found \"2147483648\""), (#"{"numbers":{" 1":1}}"#, "found \" 1\""),
            (#"{"numbers":{"":1}}"#, "found \"\""), (#"{"numbers":{1:1}}"#, "expected a member name in double quotes"),
            (#"{"flags":{"True":""}}"#, "expected \"true\" or \"false\" as a key, found \"True\""),
            (#"{"numbers":{"1":1,"1":2}}"#, "expected each key once, found \"1\" again"),
            (#"{"numbers":{"1":1,"1.0":2}}"#, "expected each key once, found \"1.0\" again"),
            (#"{"strings":{"a":"","\u0061":""}}"#, "expected each key once, found \"a\" again"),
            (#"{"numbers":{null:1}}"#, "expected a member name"),
        ])
    func badKeys(json: String, problem: String) {
        expectRefusal(json, as: Maps.self, [problem])
    }

    @Test("escaped keys are keys")
    func escapedKeys() throws {
        #expect(
            try Maps(json: #"{"numbers":{"\u0031":1},"flags":{"tr\u0075e":""}}"#)
                == Maps(numbers: [1: 1], flags: [true: []]))
    }

    @Test("enums are written by name, unknown values and those asked for by number")
    func enums() throws {
        let shades = Shades(one: .dark, many: [.light, .unrecognized(77)], byNumber: [1: .negative], alias: .one)
        #expect(
            try shades.jsonString() == """
                {"one":"SHADE_DARK","many":["SHADE_LIGHT",77],"byNumber":{"1":"SHADE_NEGATIVE"},"alias":"ALIAS_ONE"}
                """)
        #expect(
            try shades.jsonString(.init(enumsAsNumbers: true))
                == #"{"one":2,"many":[1,77],"byNumber":{"1":-1},"alias":1}"#)
        #expect(try Shades(json: shades.jsonString()) == shades)
        #expect(try Shades(json: Samples.enums.jsonString()) == Samples.enums)
    }

    @Test(
        "enums are read by any name and by number, in quotes or not",
        arguments: [
            ("\"SHADE_DARK\"", 2), ("2", 2), ("2.0", 2), ("-1", -1), ("99", 99), ("\"shade_dark\"", nil),
            ("\"DARK\"", nil), ("\"2\"", 2), ("\"-1\"", -1), ("\"02\"", nil), ("\" 2\"", nil), ("2147483648", nil),
            ("0.5", nil), ("true", nil), ("[]", nil),
        ] as [(String, Int32?)])
    func readingEnums(text: String, number: Int32?) throws {
        guard let number else {
            return expectRefusal(object("one", text), as: Shades.self, ["one: expected "])
        }
        #expect(try Shades(json: object("one", text)).one.rawValue == number)
    }

    @Test("every alias is read")
    func aliases() throws {
        for name in ["ALIAS_ONE", "ALIAS_SAME", "SAME"] {
            #expect(try Shades(json: object("alias", "\"\(name)\"")) == Shades(alias: .one))
        }
    }

    @Test("an unknown name is refused with a hint, or dropped when unknown fields are ignored")
    func unknownNames() throws {
        expectRefusal(
            #"{"one":"SHADE_DRAK"}"#, as: Shades.self,
            ["one: expected a value of golden.enums.Shade, found \"SHADE_DRAK\" (did you mean \"SHADE_DARK\"?)"])
        let json =
            #"{"one":"X","many":["SHADE_DARK","X","SHADE_LIGHT"],"unpacked":["X"],"#
            + #""byNumber":{"1":"X","2":"SHADE_DARK"}}"#
        let expected = Shades(many: [.dark, .light], byNumber: [2: .dark])
        #expect(try Shades(json: json, .init(ignoreUnknownFields: true)) == expected)
        expectRefusal(object("one", "0.5"), as: Shades.self, ["one: "], .init(ignoreUnknownFields: true))
    }
}
