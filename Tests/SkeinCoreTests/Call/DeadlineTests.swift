// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Deadlines", .timeLimit(.minutes(2)))
struct DeadlineTests {
    @Test("the earliest of two holds, and one alone holds")
    func earliest() {
        let soon = Deadline.after(.seconds(1))
        let late = Deadline(soon.instant + .seconds(1))
        #expect(Deadline.earliest(soon, late) == soon)
        #expect(Deadline.earliest(late, soon) == soon)
        #expect(Deadline.earliest(nil, late) == late)
        #expect(Deadline.earliest(soon, nil) == soon)
        #expect(Deadline.earliest(nil, nil) == nil)
        #expect(soon < late)
    }

    @Test("a deadline in the past has passed")
    func passing() {
        #expect(Deadline.after(.seconds(-1)).hasPassed)
        #expect(!Deadline.after(.seconds(60)).hasPassed)
        #expect(Deadline.after(.seconds(60)).remaining > .seconds(50))
    }

    @Test("a scope sets the deadline that calls inherit, and an inner one can only tighten it")
    func scopes() async throws {
        #expect(Deadline.current == nil)
        await withDeadline(.seconds(60)) {
            let outer = Deadline.current
            #expect(outer != nil)
            await withDeadline(.seconds(600)) { #expect(Deadline.current == outer) }
            await withDeadline(.seconds(1)) { #expect(Deadline.earliest(Deadline.current, outer) != outer) }
            #expect(Deadline.current == outer)
        }
        #expect(Deadline.current == nil)
        await #expect(throws: RPCError.self) {
            try await withDeadline(.seconds(1)) { throw RPCError(.aborted, "thrown through") }
        }
    }
}
