// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport
internal import Synchronization

/// What a streaming call has brought so far, and the tasks that wait for its parts. Messages go through the pipes.
final class StreamingOutcome: ClientCallOutcome, Sendable {
    private typealias Waiter = UnsafeContinuation<Void, Never>

    private struct State {
        var hasStarted = false
        var metadata: Metadata?
        var end: CallEnd?
        var waiters: [Waiter] = []

        mutating func takeWaiters() -> [Waiter] {
            defer { waiters = [] }
            return waiters
        }
    }

    private let pipes: MessagePipes
    private let state = Mutex(State())

    init(_ pipes: MessagePipes) { self.pipes = pipes }

    // MARK: the call's side

    func started() { change { $0.hasStarted = true } }
    func received(metadata: Metadata) { change { $0.metadata = metadata } }
    func received(message: ReceivedMessage) {}

    func ended(_ end: CallEnd) {
        let error = end.error
        pipes.failOutbound(error ?? RPCError(.ok, "the server has ended the call"))
        pipes.finishInbound(error)
        change { $0.end = end }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: the tasks' side

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Waits until an attempt is on its way. Throws if none ever is.
    nonisolated(nonsending) func waitForStart() async throws(RPCError) {
        await wait { $0.hasStarted ? () : $0.end.map { _ in } }
        if let end = state.withLock({ $0.hasStarted ? nil : $0.end }), let error = end.error { throw error }
    }

    /// The initial metadata; empty when the call ended well without. Throws when it failed before.
    nonisolated(nonsending) func metadata() async throws(RPCError) -> Metadata {
        let (metadata, end) = await wait { state in
            state.metadata != nil || state.end != nil ? (state.metadata, state.end) : nil
        }
        if let metadata { return metadata }
        if let error = end?.error { throw error }
        return Metadata()
    }

    nonisolated(nonsending) func end() async -> (end: CallEnd, metadata: Metadata) {
        await wait { state in state.end.map { ($0, state.metadata ?? Metadata()) } }
    }

    /// What `ready` finds, once it finds something.
    private nonisolated(nonsending) func wait<Value: Sendable>(
        for ready: @Sendable (borrowing State) -> Value?
    ) async -> Value {
        while true {
            if let value = state.withLock({ ready($0) }) { return value }
            await withUnsafeContinuation { (waiter: Waiter) in
                let mustWait = state.withLock { state in
                    guard ready(state) == nil else { return false }
                    state.waiters.append(waiter)
                    return true
                }
                if !mustWait { waiter.resume() }
            }
        }
    }
}
