// SPDX-License-Identifier: Apache-2.0
import CSkein
import Goldens
import SkeinCore
import Testing

@testable import SkeinProtobuf

@Suite(.timeLimit(.minutes(2))) struct EncodingLimitsTests {
    private typealias Tree = Golden_Recursion_Tree

    /// A message with `levels` levels of messages in it.
    private static func tree(_ levels: Int, _ wrap: (Tree) -> Tree) -> Tree {
        (0..<levels).reduce(Tree(value: 1)) { inner, _ in wrap(inner) }
    }

    @Test("100 levels of messages are encoded, 101 are refused, on a small stack too")
    func depth() throws {
        // The entry of a map is a level of its own.
        let kinds: [(Int, @Sendable (Tree) -> Tree)] = [
            (1, { Tree(left: $0) }), (1, { Tree(more: [$0]) }), (2, { Tree(named: ["k": $0]) }),
        ]
        for (weight, wrap) in kinds {
            let accepted = EncodingLimitsTests.tree(100 / weight, wrap)
            let refused = EncodingLimitsTests.tree(100 / weight + 1, wrap)
            let holds = try onThread(stack: 512 << 10) {
                guard let bytes = try? accepted.serialized() else { return false }
                return (try? Tree(serialized: bytes)) == accepted && (try? refused.serialized()) == nil
            }
            #expect(holds)
            let error = #expect(throws: RPCError.self) { try refused.serialized() }
            #expect(error?.code == .internal)
            #expect(error?.message == "encode golden.recursion.Tree: messages are nested deeper than 100 levels")
        }
    }

    @Test("messages in oneofs are levels too")
    func depthOfOneofs() throws {
        let message = { (levels: Int) in
            (0..<levels).reduce(Golden_Oneofs_Oneofs()) { inner, _ in .init(payload: .recursive(inner)) }
        }
        #expect(try Golden_Oneofs_Oneofs(serialized: message(100).serialized()) == message(100))
        #expect(throws: RPCError.self) { try message(101).serialized() }
    }

    @Test("100,000 levels of messages are refused without overflowing the stack")
    func veryDeep() throws {
        // Making and freeing the message takes stack; refusing it does not.
        let refused = try onThread(stack: 1 << 30) {
            let deep = EncodingLimitsTests.tree(100_000) { Tree(left: $0) }
            return (try? onThread(stack: 512 << 10) { (try? deep.serialized()) == nil }) ?? false
        }
        #expect(refused)
    }

    @Test("running out of memory while encoding is an error, whatever was being written")
    func outOfMemory() throws {
        for message in ProtobufCodecTests.samples {
            let expected = try message.serialized().count
            var outcomes: Set<String> = []
            for limit in stride(from: 0, to: 4096, by: 40) {
                outcomes.insert(try encode(message, limit: limit, expected: expected))
            }
            #expect(outcomes == ["encoded", "out of memory"], "\(type(of: message))")
        }
    }

    private func encode<M: ProtobufMessage>(_ message: M, limit: Int, expected: Int) throws -> String {
        let state = skein_arena_create()
        defer { skein_arena_destroy(state) }
        skein_arena_begin(state, limit, 0)
        let arena = ProtobufArena(UnsafeMutableRawPointer(state))
        var buffer = Buffer()
        do {
            let slots = arena.write(message)
            try withExtendedLifetime(message) { () throws(RPCError) in
                try arena.pack(slots, M.protobufLayout, into: &buffer)
            }
            #expect(buffer.count == expected)
            return "encoded"
        } catch {
            #expect(error.code == .resourceExhausted)
            #expect(error.message == "encode \(M.protobufName): out of memory")
            return "out of memory"
        }
    }
}
