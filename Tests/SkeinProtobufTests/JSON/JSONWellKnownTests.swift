// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

private typealias WellKnown = Golden_Wellknown_WellKnown
private typealias Timestamp = Google_Protobuf_Timestamp
private typealias Interval = Google_Protobuf_Duration
private typealias Mask = Google_Protobuf_FieldMask
private typealias Value = Google_Protobuf_Value

@Suite("well-known types in JSON", .timeLimit(.minutes(2)))
struct JSONWellKnownTests {
    @Test(
        "timestamps are written with as few digits as they need, and read back",
        arguments: [
            (0, 0, "1970-01-01T00:00:00Z"), (-1, 0, "1969-12-31T23:59:59Z"), (951_782_400, 0, "2000-02-29T00:00:00Z"),
            (1, 10_000_000, "1970-01-01T00:00:01.010Z"), (1, 10_000, "1970-01-01T00:00:01.000010Z"),
            (1, 1, "1970-01-01T00:00:01.000000001Z"), (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
            (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"), (729_302_400, 0, "1993-02-10T00:00:00Z"),
            (4_107_542_399, 0, "2100-02-28T23:59:59Z"), (4_107_542_400, 0, "2100-03-01T00:00:00Z"),
        ] as [(Int64, Int32, String)])
    func timestamps(seconds: Int64, nanos: Int32, text: String) throws {
        let timestamp = Timestamp(seconds: seconds, nanos: nanos)
        #expect(try timestamp.jsonString() == "\"\(text)\"")
        #expect(try Timestamp(json: "\"\(text)\"") == timestamp)
    }

    @Test(
        "timestamps are read with any digits and offsets",
        arguments: [
            ("1970-01-01T08:00:01+08:00", 1, 0), ("1969-12-31T16:00:01-08:00", 1, 0),
            ("1970-01-01T00:00:01.5Z", 1, 500_000_000),
            ("1970-01-01T00:00:01.12345678Z", 1, 123_456_780), ("1970-01-01T00:00:00.000000000-00:00", 0, 0),
            ("9999-12-31T23:59:59+23:59", 253_402_214_459, 0),
        ] as [(String, Int64, Int32)])
    func readingTimestamps(text: String, seconds: Int64, nanos: Int32) throws {
        #expect(try Timestamp(json: "\"\(text)\"") == Timestamp(seconds: seconds, nanos: nanos))
    }

    @Test(
        "what is no timestamp is refused",
        arguments: [
            "\"0000-01-01T00:00:00Z\"", "\"10000-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00\"",
            "\"1970-01-01 00:00:00Z\"",
            "\"1970-01-01T00:00:00z\"", "\"1970-01-01t00:00:00Z\"", "\"1970-02-30T00:00:00Z\"",
            "\"1970-13-01T00:00:00Z\"",
            "\"1970-00-01T00:00:00Z\"", "\"1970-01-01T24:00:00Z\"", "\"1970-01-01T00:60:00Z\"",
            "\"1970-01-01T00:00:60Z\"",
            "\"1970-01-01T00:00:00.Z\"", "\"1970-01-01T00:00:00.1234567890Z\"", "\"1970-1-1T00:00:00Z\"", "\"\"", "0",
            "\"1970-01-01T00:00:00+24:00\"", "\"1970-01-01T00:00:00+0100\"", "\"0001-01-01T00:00:00+00:01\"",
            "\"9999-12-31T23:59:59-00:01\"", "\"1900-02-29T00:00:00Z\"", "\"1970-01-01T00:00:00Z \"",
            "\"é970-01-01T00:00:00Z\"",
        ])
    func badTimestamps(json: String) {
        expectRefusal(json, as: Timestamp.self, ["expected a timestamp like", "found "])
        expectRefusal(object("created", json), as: WellKnown.self, ["created: expected a timestamp like"])
    }

    @Test(
        "durations are written with as few digits as they need, and read back",
        arguments: [
            (0, 0, "0s"), (1, 0, "1s"), (-5, 0, "-5s"), (0, -500_000_000, "-0.500s"), (1, 10_000_000, "1.010s"),
            (1, 10_000, "1.000010s"), (1, 340_012, "1.000340012s"), (-1, -500_000_000, "-1.500s"),
            (315_576_000_000, 999_999_999, "315576000000.999999999s"),
            (-315_576_000_000, -999_999_999, "-315576000000.999999999s"),
        ] as [(Int64, Int32, String)])
    func durations(seconds: Int64, nanos: Int32, text: String) throws {
        let duration = Interval(seconds: seconds, nanos: nanos)
        #expect(try duration.jsonString() == "\"\(text)\"")
        #expect(try Interval(json: "\"\(text)\"") == duration)
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "\"1\"", "\"s\"", "\"\"", "\"1 s\"", "\"1.s\"", "\".5s\"", "\"+1s\"", "\"1e3s\"", "1", "\"--1s\"",
            "\"1.0000000001s\"",
            "\"315576000001s\"", "\"-315576000001.000000000s\"", "\"99999999999999999999s\"", "\"1sS\"",
        ])
    func badDurations(json: String) {
        expectRefusal(json, as: Interval.self, ["expected a duration like \"1.5s\"", "found "])
    }

    @Test(
        "times out of their range cannot be written",
        arguments: [
            WellKnown(created: .init(seconds: -62_135_596_801)), WellKnown(created: .init(seconds: 253_402_300_800)),
            WellKnown(created: .init(nanos: -1)), WellKnown(created: .init(nanos: 1_000_000_000)),
            WellKnown(elapsed: .init(seconds: 315_576_000_001)), WellKnown(elapsed: .init(seconds: .min)),
            WellKnown(elapsed: .init(seconds: 1, nanos: -1)), WellKnown(elapsed: .init(nanos: .min)),
        ])
    func unwritableTimes(message: Golden_Wellknown_WellKnown) throws {
        let error = try #require(throws: RPCError.self) { try message.jsonString() }
        #expect(error.code == .internal)
        #expect(error.message.hasPrefix("write golden.wellknown.WellKnown as JSON: "))
        #expect(error.message.contains(": expected a time from "))
    }

    @Test(
        "field masks are written in lower camel case, and read back",
        arguments: [
            ([], ""), (["foo"], "foo"), (["foo", "bar_baz"], "foo,barBaz"), (["a.b_c.d1"], "a.bC.d1"), (["_a"], "A"),
        ])
    func masks(paths: [String], text: String) throws {
        #expect(try Mask(paths: paths).jsonString() == "\"\(text)\"")
        #expect(try Mask(json: "\"\(text)\"") == Mask(paths: paths))
    }

    @Test(
        "paths that would not come back are refused",
        arguments: ["fooBar", "foo_3_bar", "foo__bar", "a_", "", "a,b", "a b", "_"])
    func unwritableMasks(path: String) throws {
        let error = try #require(throws: RPCError.self) {
            try WellKnown(mask: .init(paths: ["ok", path])).jsonString()
        }
        #expect(error.message.contains("mask: expected a field mask's path"))
    }

    @Test("what is no field mask is refused", arguments: ["foo,bar_bar", "a,", ",a", " a", "a b", "é"])
    func badMasks(text: String) {
        expectRefusal("\"\(text)\"", as: Mask.self, ["expected a field mask like", "found \"\(text)\""])
    }

    @Test("wrappers are their values")
    func wrappers() throws {
        let json = #"{"text":"","number":"0","flags":[true,false]}"#
        let message = WellKnown(text: .init(), number: .init(), flags: [.init(value: true), .init()])
        #expect(try message.jsonString() == json)
        #expect(try WellKnown(json: json) == message)
        #expect(try Google_Protobuf_BytesValue(json: "\"AQI=\"").value == [1, 2])
        #expect(try Google_Protobuf_DoubleValue(value: 1.5).jsonString() == "1.5")
        #expect(try Google_Protobuf_UInt64Value(json: "18446744073709551615").value == .max)
        expectRefusal(#"{"number":{}}"#, as: WellKnown.self, ["number: expected an integer", "found an object"])
        expectRefusal("null", as: Google_Protobuf_StringValue.self, ["expected a string, found null"])
    }

    @Test("empty is an empty object")
    func empty() throws {
        #expect(try WellKnown(empty: .init()).jsonString() == #"{"empty":{}}"#)
        #expect(try WellKnown(json: #"{"empty":{}}"#) == WellKnown(empty: .init()))
        expectRefusal(#"{"empty":{"a":1}}"#, as: WellKnown.self, ["expected a field of google.protobuf.Empty"])
    }

    @Test("structs and values are any JSON")
    func values() throws {
        let json = #"{"a":[1,"x",true,null,{"b":-2.5}],"c":null,"d":{},"e":[]}"#
        let structure = try Google_Protobuf_Struct(json: json)
        #expect(try structure.jsonString() == json)
        guard case .listValue(let list)? = structure.fields["a"]?.kind else { throw RPCError(.internal, "no list") }
        #expect(list.values.first == Value(kind: .numberValue(1)))
        #expect(list.values[3] == Value(kind: .nullValue(.nullValue)))
        #expect(try WellKnown(json: #"{"value":null}"#) == WellKnown(value: .init(kind: .nullValue(.nullValue))))
        #expect(try WellKnown(json: #"{"null":null}"#) == WellKnown())
        #expect(try WellKnown(json: #"{"null":"NULL_VALUE"}"#) == WellKnown())
        #expect(try Google_Protobuf_ListValue(json: "[[],[null]]").jsonString() == "[[],[null]]")
        #expect(try Value().jsonString() == "null")
        expectRefusal(#"{"a":1,"a":2}"#, as: Google_Protobuf_Struct.self, ["expected each key once"])
        expectRefusal("[]", as: Google_Protobuf_Struct.self, ["expected an object, found an array"])
        expectRefusal("1e999", as: Value.self, ["expected a number that fits 64 bits"])
    }

    @Test(
        "numbers that JSON does not have cannot be written as a value", arguments: [Double.nan, .infinity, -.infinity])
    func unwritableValues(number: Double) throws {
        let error = try #require(throws: RPCError.self) {
            try WellKnown(value: .init(kind: .numberValue(number))).jsonString()
        }
        #expect(error.message.contains("value: expected a finite number in a google.protobuf.Value"))
    }

    @Test("a message with all of them comes through")
    func sample() throws {
        let sample = WellKnown(
            created: Samples.wellKnown.created, elapsed: Samples.wellKnown.elapsed, empty: .init(),
            mask: Samples.wellKnown.mask, attributes: Samples.wellKnown.attributes, value: Samples.wellKnown.value,
            text: .init(value: "x"), number: .init(), flags: Samples.wellKnown.flags)
        #expect(try WellKnown(json: sample.jsonString()) == sample)
    }
}
