// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct FieldMaskTests {
    @Test("a mask is made from paths, and of all fields of a message")
    func making() {
        let mask: Google_Protobuf_FieldMask = ["a", "b.c"]
        #expect(mask.paths == ["a", "b.c"])
        #expect(Google_Protobuf_FieldMask("a", "b.c") == mask)
        #expect(Google_Protobuf_FieldMask() == [])
        let all = Google_Protobuf_FieldMask(allFieldsOf: Golden_Recursion_Tree.self)
        #expect(all == ["value", "left", "right", "more", "named"])
    }

    @Test(
        "a path contains itself and what lies inside",
        arguments: [
            ("a", true), ("a.b", true), ("a.b.c", true), ("ab", false), ("b", false), ("b.c", true), ("b.c.d", true),
            ("b.cd", false), ("", false),
        ])
    func contains(path: String, isContained: Bool) {
        #expect(Google_Protobuf_FieldMask("a", "b.c").contains(path) == isContained)
    }

    @Test(
        "the canonical form is sorted and has no path inside of another",
        arguments: [
            (["b", "a.b", "a", "c.d", "c_d", "c.d.e", "c0", "b"], ["a", "b", "c.d", "c0", "c_d"]),
            (["", "a", ""], ["a"]),
            (["a.b", "a-b", "a"], ["a", "a-b"]),
            ([], []),
        ])
    func normalized(paths: [String], canonical: [String]) {
        #expect(Google_Protobuf_FieldMask(paths: paths).normalized.paths == canonical)
    }

    @Test("union and intersection go by what paths contain")
    func sets() {
        let a: Google_Protobuf_FieldMask = ["a", "b.c", "d.e.f"]
        #expect(a.intersection(["a.x", "a.y.z", "b", "d.e"]) == ["a.x", "a.y.z", "b.c", "d.e.f"])
        #expect(a.intersection(["x", "b.d"]) == [])
        #expect(Google_Protobuf_FieldMask("a.b", "c").union(["a", "c.d", "e"]) == ["a", "c", "e"])
    }

    @Test(
        "paths lead through singular messages only; an error names the place",
        arguments: [
            ("value", nil), ("left.right.more", nil), ("named", nil), ("left", nil),
            ("weight", #"path "weight": golden.recursion.Tree has no field "weight""#),
            ("left.weight", #"path "left.weight": golden.recursion.Tree has no field "weight""#),
            ("value.x", #"path "value.x": value of golden.recursion.Tree is no singular message"#),
            ("more.value", #"path "more.value": more of golden.recursion.Tree is no singular message"#),
            ("named.value", #"path "named.value": named of golden.recursion.Tree is no singular message"#),
            ("", #"path "": golden.recursion.Tree has no field """#),
            ("left.", #"path "left.": golden.recursion.Tree has no field """#),
            (".left", #"path ".left": golden.recursion.Tree has no field """#),
        ])
    func validity(path: String, reason: String?) {
        let mask: Google_Protobuf_FieldMask = ["value", path]
        #expect(mask.isValid(for: Golden_Recursion_Tree.self) == (reason == nil))
        let error = Result { () throws(RPCError) in try mask.validate(for: Golden_Recursion_Tree.self) }.failure
        #expect(error?.code == (reason == nil ? nil : .invalidArgument))
        #expect(error?.message == reason.map { "read a field mask: \($0)" })
    }

    @Test("a path deeper than any message is refused, however long")
    func deep() {
        let path = { (count: Int) in Array(repeating: "left", count: count).joined(separator: ".") }
        #expect(Google_Protobuf_FieldMask(path(100)).isValid(for: Golden_Recursion_Tree.self))
        #expect(!Google_Protobuf_FieldMask(path(101)).isValid(for: Golden_Recursion_Tree.self))
        #expect(!Google_Protobuf_FieldMask(path(100_000)).isValid(for: Golden_Recursion_Tree.self))
    }

    @Test("names are those of the .proto file")
    func names() {
        #expect(Google_Protobuf_FieldMask("an_int32").isValid(for: Golden_Scalars_Scalars.self))
        #expect(!Google_Protobuf_FieldMask("anInt32").isValid(for: Golden_Scalars_Scalars.self))
        #expect(!Google_Protobuf_FieldMask("payload").isValid(for: Golden_Oneofs_Oneofs.self))
        #expect(Google_Protobuf_FieldMask("point.x").isValid(for: Golden_Oneofs_Oneofs.self))
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
