// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

private typealias Scalars = Golden_Scalars_Scalars
private typealias Oneofs = Golden_Oneofs_Oneofs
private typealias Optionals = Golden_Optional_Optionals

@Suite("fields in JSON", .timeLimit(.minutes(2)))
struct JSONFieldTests {
    @Test("both names of a field are read, and the chosen one is written")
    func names() throws {
        let message = Keywords(urlID: 1, leading: 2, upper: 3)
        #expect(try message.jsonString() == #"{"urlId":1,"Leading":2,"Upper":3}"#)
        #expect(
            try message.jsonString(.init(preserveProtoFieldNames: true)) == #"{"url_id":1,"_leading":2,"Upper":3}"#)
        #expect(try Keywords(json: #"{"url_id":1,"_leading":2,"Upper":3}"#) == message)
        #expect(try Keywords(json: #"{"urlId":1,"Leading":2,"Upper":3}"#) == message)
        expectRefusal(#"{"URLID":1}"#, as: Keywords.self, [#"expected a field of Keywords, found "URLID""#])
    }

    @Test("an unknown field is refused with a hint, or ignored when asked for")
    func unknown() throws {
        let json = #"{"aSting":"x","anInt32":1}"#
        expectRefusal(
            json, as: Scalars.self,
            [
                "line 1, column 2: expected a field of golden.scalars.Scalars, found \"aSting\" (did you mean \"aString\"?)"
            ])
        #expect(try Scalars(json: json, .init(ignoreUnknownFields: true)) == Scalars(anInt32: 1))
        let deep = #"{"x":{"y":[1,{"z":null}],"w":"\u00e9"},"anInt32":1,"[foo.bar]":[]}"#
        #expect(try Scalars(json: deep, .init(ignoreUnknownFields: true)) == Scalars(anInt32: 1))
        expectRefusal(#"{"x":[1,]}"#, as: Scalars.self, ["expected a value"], .init(ignoreUnknownFields: true))
    }

    @Test("null is absent", arguments: ["aDouble", "aString", "aBool", "anInt64", "someBytes"])
    func null(name: String) throws {
        #expect(try Scalars(json: object(name, "null")) == Scalars())
    }

    @Test("null is absent for messages, lists, maps, optionals and wrappers, too")
    func nulls() throws {
        #expect(try Golden_Maps_Maps(json: #"{"strings":null,"messages":null}"#) == .init())
        #expect(try Golden_Scalars_Repeated(json: #"{"doubles":null,"strings":null}"#) == .init())
        #expect(try Optionals(json: #"{"aDouble":null,"inner":null,"color":null}"#) == .init())
        #expect(try Golden_Wellknown_WellKnown(json: #"{"text":null,"created":null,"flags":null}"#) == .init())
    }

    @Test("null inside of a list or a map is refused")
    func nullElements() {
        expectRefusal(
            #"{"doubles":[1,null]}"#, as: Golden_Scalars_Repeated.self,
            ["line 1, column 15: doubles[1]: expected a value, found null"])
        expectRefusal(#"{"strings":[null]}"#, as: Golden_Scalars_Repeated.self, ["strings[0]: expected a value"])
        expectRefusal(#"{"middles":[{},null]}"#, as: Golden_Nested_Outer.self, ["middles[1]: expected a value"])
        expectRefusal(
            #"{"strings":{"a":null}}"#, as: Golden_Maps_Maps.self, ["strings[\"a\"]: expected a value, found null"])
        expectRefusal(#"{"flags":[null]}"#, as: Golden_Wellknown_WellKnown.self, ["flags[0]: expected a value"])
    }

    @Test(
        "a field that comes twice is refused",
        arguments: [
            #"{"aBool":true,"aBool":true}"#, #"{"a_bool":true,"aBool":true}"#, #"{"aBool":null,"a_bool":true}"#,
        ])
    func duplicates(json: String) {
        expectRefusal(json, as: Scalars.self, ["expected each field once, found \"a"])
    }

    @Test("two members of one oneof are refused, unless one is null")
    func oneofs() throws {
        expectRefusal(
            #"{"text":"a","number":1}"#, as: Oneofs.self, ["number: expected one member of a oneof, found a second one"]
        )
        #expect(try Oneofs(json: #"{"text":null,"number":"1"}"#) == Oneofs(payload: .number(1)))
        #expect(try Oneofs(json: #"{"number":1,"text":null}"#) == Oneofs(payload: .number(1)))
        #expect(
            try Oneofs(json: #"{"number":1,"left":{}}"#) == Oneofs(payload: .number(1), secondChoice: .left(.init())))
    }

    @Test("members of oneofs and optionals keep their default values")
    func presence() throws {
        for payload in Samples.payloads {
            let message = Oneofs(payload: payload)
            #expect(try Oneofs(json: message.jsonString()) == message)
        }
        #expect(try Oneofs(payload: .text("")).jsonString() == #"{"text":""}"#)
        #expect(try Oneofs(payload: .point(.init())).jsonString() == #"{"point":{}}"#)
        #expect(try Optionals(json: Samples.optionals.jsonString()) == Samples.optionals)
        #expect(try Optionals(aDouble: 0, aString: "").jsonString() == #"{"aDouble":0,"aString":""}"#)
    }

    @Test("fields without presence are written when asked for, those with presence never")
    func alwaysPrint() throws {
        let options = ProtobufJSONEncodingOptions(alwaysPrintFields: true)
        #expect(try Optionals().jsonString(options) == #"{"plain":0}"#)
        #expect(try Golden_Nested_Outer().jsonString(options) == #"{"middles":[],"level":"LEVEL_LOW"}"#)
        #expect(try Golden_Maps_Value().jsonString(options) == #"{"number":0,"children":{}}"#)
        #expect(
            try Scalars().jsonString(options) == """
                {"aDouble":0,"aFloat":0,"anInt32":0,"anInt64":"0","aUint32":0,"aUint64":"0","aSint32":0,"aSint64":"0",\
                "aFixed32":0,"aFixed64":"0","aSfixed32":0,"aSfixed64":"0","aBool":false,"aString":"","someBytes":""}
                """)
    }

    @Test("repeated fields and nested messages come through")
    func samples() throws {
        #expect(try Golden_Scalars_Repeated(json: Samples.repeated.jsonString()) == Samples.repeated)
        #expect(try Golden_Nested_Outer(json: Samples.outer.jsonString()) == Samples.outer)
        #expect(try Golden_Nested_HoldsLarge(json: Samples.large.jsonString()) == Samples.large)
        #expect(try Golden_Recursion_Tree(json: Samples.tree.jsonString()) == Samples.tree)
        #expect(try Golden_Scalars_Repeated(json: #"{"doubles":[],"strings":[]}"#) == .init())
    }

    @Test("indentation breaks the text into lines")
    func pretty() throws {
        let message = Golden_Nested_Outer(middle: .init(inner: .init(text: "t"), inners: [.init(), .init(text: "u")]))
        #expect(
            try message.jsonString(.pretty) == """
                {
                  "middle": {
                    "inner": {
                      "text": "t"
                    },
                    "inners": [
                      {},
                      {
                        "text": "u"
                      }
                    ]
                  }
                }
                """)
        #expect(try Golden_Nested_Outer(json: message.jsonString(.init(indent: 4))) == message)
        #expect(try Golden_Nested_Outer(json: message.jsonBytes(.init(indent: 0))) == message)
    }

    @Test("errors name the path, the place, what was expected and what was found")
    func errors() {
        expectRefusal(
            "{\n  \"middles\": [{}, {\"inners\": [{\"text\": 5}]}]\n}", as: Golden_Nested_Outer.self,
            ["line 2, column 40: middles[1].inners[0].text: expected a string, found 5"])
        expectRefusal(
            "[]", as: Scalars.self, ["line 1, column 1: expected an object (a golden.scalars.Scalars), found an array"])
        expectRefusal(
            #"{"middle":[]}"#, as: Golden_Nested_Outer.self, ["middle: expected an object", "found an array"])
        expectRefusal(#"{"middles":{}}"#, as: Golden_Nested_Outer.self, ["middles: expected an array, found an object"])
        expectRefusal(
            #"{"strings":[]}"#, as: Golden_Maps_Maps.self, ["strings: expected an object (a map), found an array"])
    }
}
