// SPDX-License-Identifier: Apache-2.0
import CSkein
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProtobufArenaTests {
    /// Runs `body` with the thread's arena, which is left empty.
    private func withArena(limit: Int, _ body: (UnsafeMutablePointer<skein_arena>) throws -> Void) throws {
        let arena = skein_arena_current()
        skein_arena_reset(arena)
        skein_arena_begin(arena, limit, 0)
        defer { skein_arena_reset(arena) }
        try body(arena)
    }

    @Test("blocks are aligned and do not overlap", arguments: [1, 7, 8, 24, 1000, 40_000])
    func blocks(size: Int) throws {
        try withArena(limit: .max) { arena in
            var last: UnsafeMutableRawPointer?
            for value in 0..<100 {
                let block = try #require(skein_arena_allocate(arena, size))
                #expect(UInt(bitPattern: block) % 8 == 0)
                block.storeBytes(of: UInt8(value), as: UInt8.self)
                block.storeBytes(of: UInt8(value), toByteOffset: size - 1, as: UInt8.self)
                if let last { #expect(last.load(fromByteOffset: size - 1, as: UInt8.self) == UInt8(value - 1)) }
                last = block
            }
        }
    }

    @Test("the byte limit ends in null, and what is under it is given")
    func limit() throws {
        try withArena(limit: 1 << 20) { arena in
            var given = 0
            while skein_arena_allocate(arena, 1000) != nil { given += 1000 }
            #expect(given > 900_000)
            #expect(given <= 1 << 20)
            #expect(Int(arena.pointee.failure) == SKEIN_ARENA_BYTES)
            #expect(skein_arena_allocate(arena, .max) == nil)
        }
    }

    @Test("a reset keeps at most one chunk of modest size")
    func retention() throws {
        try withArena(limit: .max) { arena in
            for _ in 0..<10 { _ = skein_arena_allocate(arena, 8 << 20) }
            for _ in 0..<3000 { _ = skein_arena_allocate(arena, 1000) }
            #expect(arena.pointee.held > 80 << 20)
            skein_arena_reset(arena)
            #expect(arena.pointee.held <= 1 << 20)
        }
    }

    @Test("allocations below the stack floor are refused")
    func floor() throws {
        try withArena(limit: .max) { arena in
            skein_arena_begin(arena, .max, 4096)
            #expect(skein_arena_alloc_callback(arena, 8) != nil)
            #expect(isRefused(arena, levels: 1000))
            #expect(Int(arena.pointee.failure) == SKEIN_ARENA_DEPTH)
        }
    }

    /// Asks for memory some levels of calls further down.
    @inline(never)
    private func isRefused(_ arena: UnsafeMutablePointer<skein_arena>, levels: Int) -> Bool {
        if levels == 0 { return skein_arena_alloc_callback(arena, 8) == nil }
        defer { if levels < 0 { skein_arena_reset(arena) } }
        return isRefused(arena, levels: levels - 1)
    }
}
