// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Metadata", .timeLimit(.minutes(2)))
struct MetadataTests {
    @Test("names are case-insensitive and values keep their order")
    func names() {
        var metadata: Metadata = ["X-User": "ada", "trace-bin": .binary([1, 2])]
        metadata.append("x-USER", "bob")
        #expect(metadata["x-user"] == "ada")
        #expect(metadata.values("X-User") == ["ada", "bob"])
        #expect(metadata[binary: "Trace-Bin"] == [1, 2])
        #expect(metadata["trace-bin"] == nil)
        #expect(metadata[binary: "x-user"] == nil)
        #expect(metadata.map(\.name) == ["x-user", "trace-bin", "x-user"])
        #expect(metadata.count == 3)
    }

    @Test("setting a name replaces all its values, and nil removes them")
    func setting() {
        var metadata: Metadata = ["a": "1", "b": "2", "A": "3"]
        metadata["a"] = "4"
        #expect(metadata == ["b": "2", "a": "4"])
        metadata["a"] = nil
        #expect(metadata == ["b": "2"])
        let removed = [metadata.remove("B"), metadata.remove("b")]
        #expect(removed == [true, false])
        #expect(metadata.isEmpty)
        metadata[binary: "x-bin"] = [7]
        #expect(metadata.binaryValues("x-bin") == [[7]])
    }

    @Test("appending joins two in order, whichever is empty")
    func appending() {
        let some: Metadata = ["a": "1"]
        var metadata = Metadata()
        metadata.append(contentsOf: some)
        #expect(metadata == some)
        metadata.append(contentsOf: [:])
        #expect(metadata == some)
        metadata.append(contentsOf: ["b": "2"])
        #expect(metadata == ["a": "1", "b": "2"])
    }

    @Test("metadata from the wire equals the same made in code")
    func wire() {
        let block = makeBlock([("a", " 1 "), ("x-bin", "AQI=,Aw"), ("a", "2")])
        var metadata = Metadata(block)
        let same: Metadata = ["a": "1", "x-bin": .binary([1, 2]), "x-bin": .binary([3]), "a": "2"]
        #expect(metadata == same)
        #expect(metadata.hashValue == same.hashValue)
        #expect(!metadata.isEmpty)
        #expect(metadata.count == 4)
        metadata.append("b", "3")
        #expect(metadata.values("a") == ["1", "2"])
        #expect(metadata["b"] == "3")
    }

    @Test("a description shows text and hides bytes")
    func description() {
        let metadata: Metadata = ["a": "1", "k-bin": .binary([1, 2, 3])]
        #expect(metadata.description == "[a: 1, k-bin: 3 bytes]")
    }
}

/// A block as the HTTP/2 layer makes it.
func makeBlock(_ fields: [(String, String)]) -> HeaderBlock {
    var block = HeaderBlock()
    for (name, value) in fields {
        Array(name.utf8).withUnsafeBytes { name in
            Array(value.utf8).withUnsafeBytes { value in block.append(name: name, value: value) }
        }
    }
    return block
}
