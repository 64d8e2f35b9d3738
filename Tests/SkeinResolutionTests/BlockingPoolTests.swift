// SPDX-License-Identifier: Apache-2.0
internal import SkeinResolution
internal import Synchronization
internal import Testing

@Suite("The pool for blocking calls", .timeLimit(.minutes(2)))
struct BlockingPoolTests {
    @Test("a result comes back")
    func result() async throws {
        #expect(try await BlockingPool.shared.run { 6 * 7 } == 42)
    }

    @Test("a cancelled wait ends while the call still blocks")
    func cancelling() async {
        let gate = Gate()
        let task = Task { try await BlockingPool.shared.run { gate.wait() } }
        await gate.reached()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        gate.open()
    }

    @Test("a wait that is cancelled before it begins runs nothing")
    func cancelledBefore() async {
        let ran = Atomic(false)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await BlockingPool.shared.run { ran.store(true, ordering: .sequentiallyConsistent) }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let hasRun = ran.load(ordering: .sequentiallyConsistent)
        #expect(!hasRun)
    }
}

/// Blocks a thread until it is opened, and tells when one is there.
final class Gate: Sendable {
    private let isOpen = Atomic(false)
    private let state = Mutex<(isReached: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

    func wait() {
        let waiter = state.withLock { state in
            state.isReached = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
        while !isOpen.load(ordering: .acquiring) { pause() }
    }

    func open() { isOpen.store(true, ordering: .releasing) }

    func reached() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if !state.isReached { state.waiter = continuation }
                return state.isReached
            }
            if isReached { continuation.resume() }
        }
    }

    /// Gives way without a clock.
    private func pause() { for _ in 0..<1000 { _ = isOpen.load(ordering: .relaxed) } }
}
