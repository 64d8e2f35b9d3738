// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinProtobuf

/// Messages in which every field is set.
enum Samples {
    static let scalars = Golden_Scalars_Scalars(
        aDouble: -0.5, aFloat: 3.25, anInt32: -1, anInt64: .min, aUint32: .max, aUint64: .max, aSint32: .min,
        aSint64: .min, aFixed32: 7, aFixed64: 8, aSfixed32: -7, aSfixed64: -8, aBool: true, aString: "naïve \u{0} 🐦",
        someBytes: [0, 255])

    static let repeated = Golden_Scalars_Repeated(
        doubles: [0, -0.0, .infinity], floats: [1, -0.0], int32S: [0, -1, .max], int64S: [.min, 0], uint32S: [0, .max],
        uint64S: [.max, 0], sint32S: [-1, 1], sint64S: [.min], fixed32S: [0, 1], fixed64S: [2], sfixed32S: [-1],
        sfixed64S: [-2, 0], bools: [false, true, false], strings: ["", "a", "a string that is on the heap"],
        blobs: [[], [1], [2, 3]], unpacked: [0, 1, -2], unpackedBools: [true, false])

    static let optionals = Golden_Optional_Optionals(
        aDouble: 0, aFloat: -0.0, anInt32: 0, aUint64: 0, aSint64: 0, aFixed32: 0, aBool: false, aString: "",
        someBytes: [], color: .red, inner: .init(plain: 3), plain: 4)

    static let maps = Golden_Maps_Maps(
        strings: ["": "empty", "a\u{0}b": "", "key": "value"], numbers: [0: 0, -1: .min], signed: [-5: -6],
        fixed: [1: -0.0], sfixed: [-1: 2.5], flags: [true: [1], false: []],
        messages: [7: .init(number: 1, children: ["x": .init(number: 2)])],
        kinds: ["none": .none, "some": .some, "new": .unrecognized(99)], bools: ["t": true, "f": false])

    static let enums = Golden_Enums_Shades(
        one: .negative, many: [.unspecified, .dark, .unrecognized(-77)], unpacked: [.light, .unrecognized(5)],
        byNumber: [1: .light], alias: .one, awkward: .unrecognized_)

    static let outer = Golden_Nested_Outer(
        middle: .init(inner: .init(text: "t", level: .high), inners: [.init(), .init(text: "u")]),
        middles: [.init(), .init(inner: .init())], direct: .init(text: "direct"), level: .high)

    static let large = Golden_Nested_HoldsLarge(
        large: .init(a: "a", m: "m"), many: [.init(b: "b"), .init()], choice: .chosen(.init(c: "c")))

    static let tree = Golden_Recursion_Tree(
        value: 1, left: .init(value: 2, left: .init(value: 3)), right: .init(), more: [.init(value: 4)],
        named: ["five": .init(value: 5, right: .init(value: 6))])

    static let payloads: [Golden_Oneofs_Oneofs.OneOf_Payload?] = [
        nil, .text(""), .text("text"), .number(0), .number(-1), .blob([]), .blob([9]), .flag(false), .flag(true),
        .ratio(0), .ratio(-0.0), .point(.init()), .point(.init(x: 1, name: .long("n"))), .kind(.none),
        .kind(.unrecognized(8)), .recursive(.init(before: 1, payload: .recursive(.init(payload: .text("deep"))))),
    ]

    static let wellKnown = Golden_Wellknown_WellKnown(
        created: .init(seconds: 1_700_000_000, nanos: 1), elapsed: .init(seconds: -1), any: .init(value: [1]),
        empty: .init(), mask: .init(paths: ["a.b"]),
        attributes: .init(fields: ["list": .init(kind: .listValue(.init(values: [.init(kind: .boolValue(true))])))]),
        value: .init(kind: .nullValue(.nullValue)), null: .nullValue, text: .init(value: "x"), number: .init(),
        flags: [.init(value: true), .init()])
}
