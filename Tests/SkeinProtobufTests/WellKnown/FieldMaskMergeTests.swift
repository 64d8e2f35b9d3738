// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct FieldMaskMergeTests {
    typealias Tree = Golden_Recursion_Tree
    typealias Oneofs = Golden_Oneofs_Oneofs

    /// One update: `mine` merged from `theirs` by `mask` is `expected`.
    struct Update<Message: ProtobufMessage>: Sendable {
        let mask: Google_Protobuf_FieldMask
        var replacing: Google_Protobuf_FieldMask.Replacement = []
        let mine: Message
        let theirs: Message
        let expected: Message

        func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
            var merged = mine
            try merged.merge(from: theirs, fieldMask: mask, replacing: replacing)
            #expect(merged == expected, sourceLocation: sourceLocation)
        }
    }

    @Test(
        "scalars, messages, lists and maps are taken by the rules of each",
        arguments: [
            .init(mask: [], mine: .init(value: 1), theirs: .init(value: 2), expected: .init(value: 1)),
            .init(mask: ["value"], mine: .init(value: 1), theirs: .init(value: 2), expected: .init(value: 2)),
            .init(
                mask: ["value"], mine: .init(value: 1, left: .init()), theirs: .init(), expected: .init(left: .init())),
            .init(
                mask: ["left"], mine: .init(left: .init(value: 1, more: [.init(value: 2)])),
                theirs: .init(value: 9, left: .init(right: .init(), more: [.init(value: 3)])),
                expected: .init(left: .init(value: 1, right: .init(), more: [.init(value: 2), .init(value: 3)]))),
            .init(
                mask: ["left"], mine: .init(left: .init(value: 1)), theirs: .init(),
                expected: .init(left: .init(value: 1))),
            .init(
                mask: ["left"], replacing: .messages, mine: .init(left: .init(value: 1)),
                theirs: .init(left: .init(right: .init())), expected: .init(left: .init(right: .init()))),
            .init(
                mask: ["left"], replacing: .messages, mine: .init(left: .init(value: 1)), theirs: .init(),
                expected: .init()),
            .init(
                mask: ["more"], mine: .init(more: [.init(value: 1)]), theirs: .init(more: [.init(value: 2)]),
                expected: .init(more: [.init(value: 1), .init(value: 2)])),
            .init(
                mask: ["more"], replacing: .repeated, mine: .init(more: [.init(value: 1)]),
                theirs: .init(more: [.init(value: 2)]), expected: .init(more: [.init(value: 2)])),
            .init(
                mask: ["named"], mine: .init(named: ["a": .init(value: 1), "b": .init(value: 2)]),
                theirs: .init(named: ["b": .init(left: .init())]),
                expected: .init(named: ["a": .init(value: 1), "b": .init(left: .init())])),
            .init(
                mask: ["named"], replacing: .repeated, mine: .init(named: ["a": .init(value: 1)]), theirs: .init(),
                expected: .init()),
        ] as [Update<Tree>])
    func kinds(update: Update<Tree>) throws { try update.check() }

    @Test(
        "a path reaches into messages and leaves the rest of them alone",
        arguments: [
            .init(
                mask: ["left.value"], mine: .init(value: 1, left: .init(value: 2, right: .init(value: 3))),
                theirs: .init(value: 4, left: .init(value: 5, left: .init(value: 6))),
                expected: .init(value: 1, left: .init(value: 5, right: .init(value: 3)))),
            .init(
                mask: ["left.value"], mine: .init(left: .init(value: 2)), theirs: .init(left: .init()),
                expected: .init(left: .init())),
            .init(
                mask: ["left.value"], mine: .init(left: .init(value: 2)), theirs: .init(right: .init()),
                expected: .init(left: .init(value: 2))),
            .init(
                mask: ["left.right.value", "left.more"], mine: .init(value: 1),
                theirs: .init(value: 9, left: .init(value: 8, right: .init(value: 7), more: [.init(value: 6)])),
                expected: .init(value: 1, left: .init(right: .init(value: 7), more: [.init(value: 6)]))),
            .init(
                mask: ["left.value", "left", "left.right"], mine: .init(), theirs: .init(left: .init(more: [.init()])),
                expected: .init(left: .init(more: [.init()]))),
        ] as [Update<Tree>])
    func paths(update: Update<Tree>) throws { try update.check() }

    @Test(
        "a oneof keeps its member unless the mask names that of the other, or its own",
        arguments: [
            .init(
                mask: ["text"], mine: .init(payload: .number(1)), theirs: .init(payload: .text("t")),
                expected: .init(payload: .text("t"))),
            .init(
                mask: ["text"], mine: .init(payload: .number(1)), theirs: .init(payload: .flag(true)),
                expected: .init(payload: .number(1))),
            .init(
                mask: ["number"], mine: .init(payload: .number(1)), theirs: .init(payload: .flag(true)),
                expected: .init()),
            .init(
                mask: ["point"], mine: .init(payload: .point(.init(x: 1))), theirs: .init(payload: .point(.init(y: 2))),
                expected: .init(payload: .point(.init(x: 1, y: 2)))),
            .init(
                mask: ["point.y"], mine: .init(payload: .point(.init(x: 1))),
                theirs: .init(payload: .point(.init(x: 3, y: 2))), expected: .init(payload: .point(.init(x: 1, y: 2)))),
            .init(
                mask: ["point.y"], mine: .init(payload: .text("t")),
                theirs: .init(payload: .point(.init(x: 3, y: 2))), expected: .init(payload: .point(.init(y: 2)))),
            .init(
                mask: ["left.x", "right"], mine: .init(secondChoice: .left(.init(x: 1))),
                theirs: .init(secondChoice: .right(.init(y: 1))), expected: .init(secondChoice: .right(.init(y: 1)))),
            .init(
                mask: ["left", "right"], mine: .init(secondChoice: .left(.init(x: 1))), theirs: .init(),
                expected: .init(secondChoice: .left(.init(x: 1)))),
            .init(mask: ["maybe"], mine: .init(maybe: 5), theirs: .init(maybe: 0), expected: .init(maybe: 0)),
            .init(mask: ["maybe"], mine: .init(maybe: 5), theirs: .init(), expected: .init()),
        ] as [Update<Oneofs>])
    func oneofs(update: Update<Oneofs>) throws { try update.check() }

    @Test("numbers of every kind are appended to packed and unpacked lists")
    func lists() throws {
        var merged = Samples.repeated
        let all = Google_Protobuf_FieldMask(allFieldsOf: Golden_Scalars_Repeated.self)
        try merged.merge(from: Samples.repeated, fieldMask: all)
        #expect(merged.doubles == Samples.repeated.doubles + Samples.repeated.doubles)
        #expect(merged.sint64S == [.min, .min])
        #expect(merged.bools == [false, true, false, false, true, false])
        #expect(merged.unpacked == [0, 1, -2, 0, 1, -2])
        #expect(merged.blobs.count == 6)
    }

    @Test("unknown fields stay with the message, also those under a known number")
    func unknownFields() throws {
        // Field 1 of a tree is a number; here come 4 fixed bytes.
        let mistyped = hex("0d 01000000")
        var mine = Tree(value: 1)
        mine.unknownFields = mistyped + hex("f80601")
        var theirs = Tree(value: 2)
        theirs.unknownFields = hex("0d 02000000 f80602")
        let unknown = mine.unknownFields
        try mine.merge(from: theirs, fieldMask: ["value"])
        #expect(mine.value == 2)
        #expect(mine.unknownFields == unknown)
        #expect(try mine.trimmed(to: ["value"]) == Tree(value: 2))
    }

    @Test("a wrong mask changes nothing")
    func wrongMask() {
        var mine = Tree(value: 1)
        let error = #expect(throws: RPCError.self) {
            try mine.merge(from: Tree(value: 2), fieldMask: ["value", "weight"])
        }
        #expect(error?.code == .invalidArgument)
        #expect(mine == Tree(value: 1))
        #expect(throws: RPCError.self) { try mine.trimmed(to: ["value.x"]) }
    }

    @Test("a mask that leaves a required field out is an error with the path to it")
    func required() throws {
        let address = Golden_Required_Address(street: "s", verified: true, latitude: 0, kind: .home)
        var moved = address
        moved.street = "t"
        var mine = Golden_Required_Order(id: 1, choice: .address(address))
        try mine.merge(from: .init(id: 2, choice: .address(moved)), fieldMask: ["address.street"])
        #expect(mine == .init(id: 1, choice: .address(moved)))
        #expect(try mine.trimmed(to: ["id", "address"]) == mine)
        let error = #expect(throws: RPCError.self) { try mine.trimmed(to: ["id", "address.street"]) }
        #expect(error?.code == .internal)
        #expect(error?.message.contains("address.verified") == true)
    }

    @Test("unknown fields that are no fields are an error")
    func brokenUnknownFields() {
        var mine = Tree(value: 1)
        mine.unknownFields = [0xf8, 0x06]
        let error = #expect(throws: RPCError.self) { try mine.trimmed(to: ["value"]) }
        #expect(error?.code == .internal)
        #expect(error?.message.hasPrefix("apply a field mask to golden.recursion.Tree: truncated varint") == true)
    }
}
