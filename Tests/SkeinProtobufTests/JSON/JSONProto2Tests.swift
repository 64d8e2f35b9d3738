// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

private typealias Kinds = Golden_Closedenums_Kinds
private typealias Order = Golden_Required_Order

@Suite("proto2 in JSON", .timeLimit(.minutes(2)))
struct JSONProto2Tests {
    @Test("optional fields keep a value that is zero or the default")
    func presence() throws {
        let message = Golden_Proto2_Optionals(aDouble: 0, anInt32: 0, aString: "", someBytes: [], choice: .number(5))
        #expect(try message.jsonString() == #"{"aDouble":0,"anInt32":0,"aString":"","someBytes":"","number":5}"#)
        #expect(try Golden_Proto2_Optionals(json: message.jsonString()) == message)
        #expect(try Golden_Proto2_Defaults().jsonString(.init(alwaysPrintFields: true)) == "{}")
        #expect(try Golden_Proto2_Defaults(json: #"{"count":5}"#) == Golden_Proto2_Defaults(count: 5))
        #expect(message.description == "a_double: 0\nan_int32: 0\na_string: \"\"\nsome_bytes: \"\"\nnumber: 5\n")
    }

    @Test("a required field that is missing is refused")
    func required() throws {
        expectRefusal(#"{"items":[]}"#, as: Order.self, ["required field id is not set"])
        expectRefusal(#"{"id":1,"address":{"street":"s"}}"#, as: Order.self, ["required field address."])
        #expect(try Order(json: #"{"id":0}"#).jsonString() == #"{"id":"0"}"#)
        #expect(try Order(json: #"{"id":0}"#).description == "id: 0\n")
    }

    @Test("closed enums take their values by any name or number, and no others")
    func closedEnums() throws {
        let json =
            #"{"one":"KIND_PRIMARY","unpacked":[0,"KIND_NEGATIVE"],"packed":["KIND_FIRST"],"#
            + #""byNumber":{"1":"MAPPED_ONE"},"needed":9}"#
        let message = try Kinds(json: json)
        let written =
            #"{"one":"KIND_FIRST","unpacked":["KIND_NONE","KIND_NEGATIVE"],"packed":["KIND_FIRST"],"#
            + #""byNumber":{"1":"MAPPED_ONE"},"needed":"KIND_UNRECOGNIZED"}"#
        #expect(try message.jsonString() == written)
        expectRefusal(
            #"{"one":77,"needed":5}"#, as: Kinds.self,
            ["one: expected a value of golden.closedenums.Kind, which is closed, found 77"])
        #expect(try Kinds(json: #"{"shade":77,"needed":5}"#).jsonString() == #"{"shade":77,"needed":"KIND_FIRST"}"#)
        let ignoring = ProtobufJSONDecodingOptions(ignoreUnknownFields: true)
        let dropped = #"{"one":77,"unpacked":[77,5],"byNumber":{"1":77,"2":1},"kind":77,"needed":5}"#
        let kept = Kinds(unpacked: [.first], byNumber: [2: .one], needed: .first)
        #expect(try Kinds(json: dropped, ignoring) == kept)
    }
}
