// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

/// What holds for any messages and masks.
@Suite(.timeLimit(.minutes(1))) struct FieldMaskPropertyTests {
    typealias Tree = Golden_Recursion_Tree

    @Test("trimming twice is trimming to the intersection", arguments: UInt64(1)...4)
    func trimming(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let tree = Self.tree(&random)
            let (a, b) = (Self.mask(&random), Self.mask(&random))
            let common = try tree.trimmed(to: a).trimmed(to: b)
            // A path that ends in nothing common may leave an empty message on its way.
            #expect(try Self.pruned(common) == Self.pruned(tree.trimmed(to: a.intersection(b))))
            #expect(try tree.trimmed(to: a.union(b)).trimmed(to: a) == tree.trimmed(to: a))
            #expect(try tree.trimmed(to: a.normalized) == tree.trimmed(to: a))
        }
    }

    @Test("all fields of a message are all of it, and none are nothing", arguments: UInt64(1)...4)
    func everything(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let (tree, other) = (Self.tree(&random), Self.tree(&random))
            let all = Google_Protobuf_FieldMask(allFieldsOf: Tree.self)
            #expect(try tree.trimmed(to: all) == tree)
            #expect(try tree.trimmed(to: []) == Tree())
            var replaced = tree
            try replaced.merge(from: other, fieldMask: all, replacing: [.messages, .repeated])
            #expect(replaced == other)
        }
    }

    @Test("merging into nothing is trimming, and replacing with oneself changes nothing", arguments: UInt64(1)...4)
    func merging(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let (tree, other, mask) = (Self.tree(&random), Self.tree(&random), Self.mask(&random))
            var merged = Tree()
            try merged.merge(from: tree, fieldMask: mask)
            #expect(try merged == tree.trimmed(to: mask))
            var same = tree
            try same.merge(from: tree, fieldMask: mask, replacing: [.messages, .repeated])
            #expect(same == tree)
            // Once taken, taking it again changes nothing.
            var once = tree
            try once.merge(from: other, fieldMask: mask, replacing: [.messages, .repeated])
            var twice = once
            try twice.merge(from: other, fieldMask: mask, replacing: [.messages, .repeated])
            #expect(once == twice)
        }
    }

    private static func tree(_ random: inout SplitMix64, depth: Int = 4) -> Tree {
        var tree = Tree(value: Int32.random(in: 0...2, using: &random))
        guard depth > 0 else { return tree }
        if Bool.random(using: &random) { tree.left = self.tree(&random, depth: depth - 1) }
        if Bool.random(using: &random) { tree.right = self.tree(&random, depth: depth - 1) }
        for index in 0..<Int.random(in: 0...2, using: &random) {
            tree.more.append(self.tree(&random, depth: depth - 3))
            tree.named["\(index)"] = self.tree(&random, depth: depth - 3)
        }
        return tree
    }

    private static func mask(_ random: inout SplitMix64) -> Google_Protobuf_FieldMask {
        let paths = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            let way = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Bool.random(using: &random) ? "left" : "right"
            }
            let end = ["value", "left", "right", "more", "named"].randomElement(using: &random) ?? "value"
            return (way + [end]).joined(separator: ".")
        }
        return Google_Protobuf_FieldMask(paths: paths)
    }

    /// Without messages in which nothing is set.
    private static func pruned(_ tree: Tree) -> Tree {
        var pruned = tree
        pruned.left = tree.left.map(Self.pruned).flatMap { $0 == Tree() ? nil : $0 }
        pruned.right = tree.right.map(Self.pruned).flatMap { $0 == Tree() ? nil : $0 }
        return pruned
    }
}
