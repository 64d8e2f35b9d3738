// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

private typealias WellKnown = Golden_Wellknown_WellKnown
private typealias AnyMessage = Google_Protobuf_Any

@Suite("google.protobuf.Any in JSON", .timeLimit(.minutes(2)))
struct JSONAnyTests {
    private static let types: ProtobufTypes = [Golden_Scalars_Scalars.self, WellKnown.self]

    private func packed(_ message: some ProtobufMessage) throws -> AnyMessage {
        AnyMessage(typeURL: "type.googleapis.com/\(type(of: message).protobufName)", value: try message.serialized())
    }

    @Test("what it holds stands beside the type, special types in a member of their own")
    func forms() throws {
        let cases: [(any ProtobufMessage, String)] = [
            (Golden_Scalars_Scalars(anInt32: 5), #""anInt32":5"#), (Golden_Scalars_Scalars(), ""),
            (Google_Protobuf_Int32Value(value: 5), #""value":5"#),
            (Google_Protobuf_Duration(seconds: 1), #""value":"1s""#),
            (Google_Protobuf_Timestamp(), #""value":"1970-01-01T00:00:00Z""#), (Google_Protobuf_Empty(), ""),
            (Google_Protobuf_FieldMask(paths: ["a_b"]), #""value":"aB""#),
            (Google_Protobuf_Value(kind: .boolValue(true)), #""value":true"#),
            (Google_Protobuf_Struct(fields: ["a": .init(kind: .numberValue(1))]), #""value":{"a":1}"#),
            (Google_Rpc_ErrorInfo(reason: "R", domain: "d"), #""reason":"R","domain":"d""#),
            (
                try packed(Google_Protobuf_BoolValue(value: true)),
                #""value":{"@type":"type.googleapis.com/google.protobuf.BoolValue","value":true}"#
            ),
        ]
        for (message, body) in cases {
            let any = try packed(message)
            let comma = body.isEmpty ? "" : ","
            let json = #"{"any":{"@type":"\#(any.typeURL)"\#(comma)\#(body)}}"#
            #expect(try WellKnown(any: any).jsonString(.init(types: JSONAnyTests.types)) == json)
            #expect(try WellKnown(json: json, .init(types: JSONAnyTests.types)) == WellKnown(any: any))
        }
    }

    @Test("the type may stand anywhere")
    func order() throws {
        let json = #"{"aString":"@type","@type":"x/golden.scalars.Scalars","aBool":true}"#
        let any = try AnyMessage(json: json, .init(types: JSONAnyTests.types))
        #expect(any.typeURL == "x/golden.scalars.Scalars")
        #expect(try Golden_Scalars_Scalars(serialized: any.value) == .init(aBool: true, aString: "@type"))
        let special = #"{"value":"1s","@type":"x/google.protobuf.Duration"}"#
        #expect(try AnyMessage(json: special).value == Google_Protobuf_Duration(seconds: 1).serialized())
    }

    @Test("an empty one is an empty object")
    func empty() throws {
        #expect(try WellKnown(any: .init()).jsonString() == #"{"any":{}}"#)
        #expect(try WellKnown(json: #"{"any":{}}"#) == WellKnown(any: .init()))
        #expect(try WellKnown(json: #"{"any":null}"#) == WellKnown())
        let withValue = #"{"@type":"x/google.protobuf.Empty","value":{}}"#
        #expect(try AnyMessage(json: withValue) == AnyMessage(typeURL: "x/google.protobuf.Empty"))
    }

    @Test(
        "what is no Any is refused",
        arguments: [
            (#"{"@type":"x/foo.Bar"}"#, "found \"x/foo.Bar\" (add the message's type, as in types: [MyMessage.self])"),
            (#"{"@type":"google.protobuf.Empty"}"#, "expected a type URL with a slash"),
            (#"{"@type":""}"#, "found \"\""),
            (#"{"a":1}"#, "expected a member \"@type\", found none"), (#"{"@type":1}"#, "expected a type URL, found 1"),
            (#"{"@type":"x/google.protobuf.Duration"}"#, "expected a member \"value\""),
            (
                #"{"@type":"x/google.protobuf.Duration","value":"1s","b":1}"#,
                "expected \"@type\" and \"value\", found \"b\""
            ),
            (#"{"@type":"x/google.protobuf.Duration","value":"1s","value":"1s"}"#, "expected each member once"),
            (#"{"@type":"x/google.protobuf.Empty","@type":"x/google.protobuf.Empty"}"#, "expected each member once"),
            (#"{"@type":"x/google.rpc.Status","@type":"x/google.rpc.Status"}"#, "expected each field once"),
            (#"{"@type":"x/google.rpc.Status","code":"x"}"#, "code: expected an integer"),
            (#"{"@type":"x/google.protobuf.Duration","value":1}"#, "value: expected a duration"),
            (#"{"@type":"x/google.rpc.Status","nope":1}"#, "expected a field of google.rpc.Status"),
            ("[]", "expected an object with"),
        ])
    func refused(json: String, problem: String) {
        expectRefusal(json, as: AnyMessage.self, [problem])
        expectRefusal(object("any", json), as: WellKnown.self, ["any", problem])
    }

    @Test("members that it does not know are ignored when asked for")
    func ignoring() throws {
        let json = #"{"b":[],"@type":"x/google.protobuf.Duration","value":"1s","a":{}}"#
        let any = try AnyMessage(json: json, .init(ignoreUnknownFields: true))
        #expect(try any.value == Google_Protobuf_Duration(seconds: 1).serialized())
    }

    @Test("unknown types and broken bytes cannot be written")
    func unwritable() throws {
        let unknown = try #require(throws: RPCError.self) {
            try WellKnown(any: .init(typeURL: "x/foo.Bar")).jsonString()
        }
        #expect(unknown.message.contains("any: expected a type URL with a slash and a type that is among the options'"))
        let broken = try #require(throws: RPCError.self) {
            try WellKnown(any: .init(typeURL: "x/google.rpc.Status", value: [255])).jsonString()
        }
        #expect(
            broken.message.contains("any: expected bytes that are what the type URL says: decode google.rpc.Status"))
        #expect(throws: RPCError.self) { try AnyMessage(value: [1]).jsonString() }
    }

    @Test("the bytes inside are those of the encoding: fields in the order of the text, defaults left out")
    func content() throws {
        let json = #"{"@type":"x/google.rpc.Status","message":"m","code":0,"details":[]}"#
        #expect(try AnyMessage(json: json).value == Google_Rpc_Status(message: "m").serialized())
    }
}
