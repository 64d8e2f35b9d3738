// SPDX-License-Identifier: Apache-2.0
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct StructTests {
    private let object: Google_Protobuf_Struct = [
        "name": "Ada", "age": 36, "height": 1.65, "member": true, "spouse": nil,
        "tags": ["a", 1, nil, [2]], "address": ["city": "London", "geo": ["lat": 51.5]], "empty": [:], "none": [],
    ]

    @Test("literals of every kind are read by the accessor of their kind, and no other")
    func kinds() {
        let values: [Google_Protobuf_Value] = [nil, 1, 2.5, "x", true, ["a": 1], [1]]
        for (index, value) in values.enumerated() {
            #expect(value.isNull == (index == 0))
            #expect(value.numberValue == (index == 1 ? 1 : index == 2 ? 2.5 : nil))
            #expect(value.stringValue == (index == 3 ? "x" : nil))
            #expect(value.boolValue == (index == 4 ? true : nil))
            #expect(value.structValue == (index == 5 ? ["a": 1] : nil))
            #expect(value.listValue == (index == 6 ? [1] : nil))
        }
        #expect(!Google_Protobuf_Value().isNull)
    }

    @Test("values are made from Swift values")
    func values() {
        let (number, text, flag) = (0.5, "x", false)
        #expect(Google_Protobuf_Value(number) == 0.5)
        #expect(Google_Protobuf_Value(text) == "x")
        #expect(Google_Protobuf_Value(flag) == false)
        #expect(Google_Protobuf_Value(object).structValue == object)
        #expect(Google_Protobuf_Value(Google_Protobuf_ListValue(values: [1])) == [1])
    }

    @Test("subscripts lead through objects and lists, and to nil past their end")
    func reading() {
        let value = Google_Protobuf_Value(object)
        #expect(value["address"]?["geo"]?["lat"]?.numberValue == 51.5)
        #expect(value["tags"]?[3]?[0]?.numberValue == 2)
        #expect(value["tags"]?[2]?.isNull == true)
        #expect(object["name"]?.stringValue == "Ada")
        #expect(value["missing"] == nil && value["name"]?["x"] == nil && value["name"]?[0] == nil)
        #expect(value["tags"]?[4] == nil && value["tags"]?[-1] == nil)
        #expect(object["spouse"]?.isNull == true && object["missing"] == nil)
    }

    @Test("members are set, replaced and removed in place")
    func writing() {
        var value = Google_Protobuf_Value(object)
        value["address"]?["geo"]?["lat"] = 0
        value["address"]?["zip"] = "E1"
        value["name"] = nil
        value["spouse"] = Google_Protobuf_Value(nil)
        value["missing"]?["x"] = 1
        #expect(value["address"] == ["city": "London", "geo": ["lat": 0], "zip": "E1"])
        #expect(value["name"] == nil && value["missing"] == nil && value["spouse"]?.isNull == true)
        var copy = object
        copy["age"] = 37
        copy["name"] = nil
        #expect(copy["age"] == 37 && copy["name"] == nil && object["age"] == 36)
    }

    @Test("setting a member makes any value an object; removing one does not")
    func becomingAnObject() {
        var value: Google_Protobuf_Value = "text"
        value["a"] = nil
        #expect(value == "text")
        value["a"] = 1
        #expect(value == ["a": 1])
        value["a"] = nil
        #expect(value == [:])
    }

    @Test("of several members with one name the last counts")
    func duplicates() {
        #expect(Google_Protobuf_Struct(dictionaryLiteral: ("a", 1), ("a", 2)) == ["a": 2])
        #expect(Google_Protobuf_Value(dictionaryLiteral: ("a", 1), ("a", 2)) == ["a": 2])
    }

    @Test("integers above 2^53 are rounded")
    func integers() {
        #expect(Google_Protobuf_Value(integerLiteral: 9_007_199_254_740_993).numberValue == 9_007_199_254_740_992)
    }

    @Test("an object of literals survives the wire")
    func wire() throws {
        #expect(try Google_Protobuf_Struct(serialized: object.serialized()) == object)
    }
}
