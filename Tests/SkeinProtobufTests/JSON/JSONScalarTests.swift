// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

private typealias Scalars = Golden_Scalars_Scalars

@Suite("scalars in JSON", .timeLimit(.minutes(2)))
struct JSONScalarTests {
    @Test("every scalar has its form")
    func everyScalar() throws {
        #expect(
            try Samples.scalars.jsonString() == """
                {"aDouble":-0.5,"aFloat":3.25,"anInt32":-1,"anInt64":"-9223372036854775808","aUint32":4294967295,\
                "aUint64":"18446744073709551615","aSint32":-2147483648,"aSint64":"-9223372036854775808","aFixed32":7,\
                "aFixed64":"8","aSfixed32":-7,"aSfixed64":"-8","aBool":true,"aString":"naïve \\u0000 🐦",\
                "someBytes":"AP8="}
                """)
        #expect(try Scalars(json: Samples.scalars.jsonString()) == Samples.scalars)
        #expect(try Scalars().jsonString() == "{}")
    }

    @Test(
        "integers are read from numbers and strings, with fraction and exponent where they are whole",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("1.0", 1), ("1e5", 100_000), ("1E+5", 100_000), ("12e-1", nil),
            ("120e-1", 12), ("0.0", 0), ("0e400", 0), ("0.5", nil), ("1e-1", nil), ("\"7\"", 7), ("\"-7\"", -7),
            ("\"1e2\"", 100), ("\" 7\"", nil), ("\"7 \"", nil), ("\"+7\"", nil), ("\"07\"", nil), ("\"\"", nil),
            ("\"0x1\"", nil), ("\"NaN\"", nil), ("true", nil), ("[1]", nil), ("{}", nil), ("\"\\u0031\"", 1),
            ("2147483647", .max), ("2147483648", nil), ("-2147483648", .min), ("-2147483649", nil),
            ("2.147483647e9", .max), ("-2.147483648e9", .min), ("1e99999999999999999999", nil),
            ("1000000000000000000000000000000e-30", 1), ("100000.000", 100_000),
        ] as [(String, Int32?)])
    func integers(text: String, value: Int32?) throws {
        for name in ["anInt32", "aSint32", "aSfixed32"] {
            guard let value else {
                expectRefusal(object(name, text), as: Scalars.self, ["\(name): expected an integer from -2147483648"])
                continue
            }
            let message = try Scalars(json: object(name, text))
            #expect([message.anInt32, message.aSint32, message.aSfixed32].contains(value))
            #expect(try Scalars(json: message.jsonString()) == message)
        }
    }

    @Test(
        "the limits of each width hold",
        arguments: [
            ("aUint32", "4294967295", true), ("aUint32", "4294967296", false), ("aUint32", "-1", false),
            ("aFixed32", "4294967295", true), ("aFixed32", "4.294967295e9", true), ("aFixed32", "4294967296", false),
            ("anInt64", "9223372036854775807", true), ("anInt64", "9223372036854775808", false),
            ("aSint64", "-9223372036854775808", true), ("aSint64", "-9223372036854775809", false),
            ("aSfixed64", "\"-9223372036854775808\"", true), ("aSfixed64", "\"-9223372036854775809\"", false),
            ("aUint64", "18446744073709551615", true), ("aUint64", "18446744073709551616", false),
            ("aFixed64", "\"1.8446744073709551615e19\"", true), ("aFixed64", "1.8446744073709551616e19", false),
            ("aUint64", "-0", true), ("aUint64", "-1", false), ("aUint64", "99999999999999999999999", false),
        ])
    func limits(name: String, text: String, isAccepted: Bool) throws {
        if isAccepted {
            let message = try Scalars(json: object(name, text))
            #expect(try Scalars(json: message.jsonString()) == message)
            #expect(try message == Scalars() || message.jsonString().contains(name))
        } else {
            expectRefusal(
                object(name, text), as: Scalars.self, ["line 1, column ", "\(name): expected an integer from "])
        }
    }

    @Test("the exact extremes come through")
    func extremes() throws {
        let json = #"{"anInt64":9223372036854775807,"aSint64":-9223372036854775808,"aUint64":18446744073709551615}"#
        #expect(try Scalars(json: json) == Scalars(anInt64: .max, aUint64: .max, aSint64: .min))
    }

    @Test(
        "floating-point numbers are written as short as they can be",
        arguments: [
            (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (1e20, "1e+20"), (123_456_789, "123456789"),
            (.leastNonzeroMagnitude, "5e-324"),
            (-0.0, "-0.0"), (.infinity, "\"Infinity\""), (-.infinity, "\"-Infinity\""), (.nan, "\"NaN\""),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
        ] as [(Double, String)])
    func doubles(value: Double, text: String) throws {
        #expect(try Scalars(aDouble: value).jsonString() == object("aDouble", text))
        let back = try Scalars(json: object("aDouble", text)).aDouble
        #expect(back.isNaN ? value.isNaN : back == value && back.sign == value.sign)
    }

    @Test("a float is not written as the double it is not")
    func floats() throws {
        #expect(try Scalars(aFloat: 0.1).jsonString() == #"{"aFloat":0.1}"#)
        #expect(try Scalars(aFloat: 16_777_216).jsonString() == #"{"aFloat":16777216}"#)
        #expect(try Scalars(json: #"{"aFloat":"3.402823e+38"}"#).aFloat == 3.402823e+38)
    }

    @Test(
        "floating-point numbers are read from numbers and strings, within their range",
        arguments: [
            ("1", 1), ("\"1\"", 1), ("\"-2.5e-1\"", -0.25), ("1e-400", 0), ("1e308", 1e308), ("1e309", nil),
            ("-1e309", nil), ("\"1e309\"", nil), ("\"nan\"", nil), ("\"inf\"", nil), ("\" 1\"", nil), ("\"\"", nil),
            ("true", nil), ("\"0x1p3\"", nil), ("\"1.\"", nil), ("[]", nil),
        ] as [(String, Double?)])
    func readingDoubles(text: String, value: Double?) throws {
        if let value {
            #expect(try Scalars(json: object("aDouble", text)).aDouble == value)
        } else {
            expectRefusal(object("aDouble", text), as: Scalars.self, ["aDouble: expected a"])
        }
    }

    @Test("a float out of its range is refused", arguments: ["3.502823e38", "-3.502823e38", "\"1e39\""])
    func floatRange(text: String) {
        expectRefusal(object("aFloat", text), as: Scalars.self, ["aFloat: expected a number that fits 32 bits"])
    }

    @Test("bools are true and false alone", arguments: ["0", "1", "\"true\"", "\"false\"", "[]", "TRUE", "True"])
    func bools(text: String) throws {
        expectRefusal(object("aBool", text), as: Scalars.self, ["expected "])
        #expect(try Scalars(json: object("aBool", "true")).aBool)
        #expect(try !Scalars(json: object("aBool", "false")).aBool)
    }

    @Test(
        "strings come through with all their escapes",
        arguments: [
            (#""Hello""#, "Hello"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u8C37\u6b4c""#, "谷歌"),
            (#""\uD83D\uDE01""#, "😁"), (#""a\u0000b""#, "a\0b"), (#""é/""#, "é/"), (#""\u007f""#, "\u{7f}"),
        ])
    func strings(text: String, value: String) throws {
        let message = try Scalars(json: object("aString", text))
        #expect(message.aString == value)
        #expect(try Scalars(json: message.jsonString()) == message)
    }

    @Test(
        "what is no string is refused",
        arguments: [
            "12", "null1", #""\ud800""#, #""\udc00""#, #""\ude01\ud83d""#, #""\uXXXX""#, #""\U8C37""#, #""a"#, "'a'",
            "\"a\nb\"", #""\u8C3""#,
        ])
    func notStrings(text: String) {
        expectRefusal(object("aString", text), as: Scalars.self, ["expected "])
    }

    @Test("control characters are escaped, and nothing else")
    func escaping() throws {
        let text = "\u{0}\u{1f}\u{8}\u{c}\n\r\t\"\\/<é\u{7f}"
        let expected = #"{"aString":"\u0000\u001f\b\f\n\r\t\"\\/<é"# + "\u{7f}\"}"
        #expect(try Scalars(aString: text).jsonString() == expected)
    }

    @Test(
        "bytes are base64 in either alphabet, padded or not",
        arguments: [
            ("", []), ("AQI=", [1, 2]), ("AQI", [1, 2]), ("-_", [0xfb]), ("+/", [0xfb]), ("+/+/", [0xfb, 0xff, 0xbf]),
            ("-_-_", [0xfb, 0xff, 0xbf]), ("AA==", [0]), ("AA=", nil), ("A", nil), ("A===", nil), ("A Q", nil),
            ("AQI!", nil), ("=AQI", nil), ("AQ=I", nil), ("====", nil),
        ] as [(String, [UInt8]?)])
    func bytes(text: String, value: [UInt8]?) throws {
        guard let value else {
            let expected = "someBytes: expected a string in base64, found \"\(text)\""
            return expectRefusal(object("someBytes", "\"\(text)\""), as: Scalars.self, [expected])
        }
        let message = try Scalars(json: object("someBytes", "\"\(text)\""))
        #expect(message.someBytes == value)
        #expect(try Scalars(json: message.jsonString()) == message)
    }

    @Test("long bytes and strings keep their content", arguments: [0, 1, 2, 3, 127, 128, 129, 16_383, 16_384, 70_000])
    func long(count: Int) throws {
        let message = Scalars(
            aString: String(repeating: "é\n", count: count), someBytes: (0..<count).map { UInt8($0 & 255) })
        #expect(try Scalars(json: message.jsonString()) == message)
    }
}
