// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import SkeinTesting
internal import Synchronization

/// Runs a resolver the way a channel does and records what it publishes.
final class Bench: Sendable {
    /// What stands at the mailbox's other end.
    private final class Receiver: Sendable {
        struct State {
            var results: [Result<Resolution, RPCError>] = []
            var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
            var accepts = true
        }

        let state = Mutex(State())

        func receive(_ result: Result<Resolution, RPCError>) -> Bool {
            let (accepts, waiters) = state.withLock { state in
                state.results.append(result)
                let count = state.results.count
                defer { state.waiters.removeAll { $0.count <= count } }
                return (state.accepts, state.waiters.filter { $0.count <= count }.map(\.continuation))
            }
            for waiter in waiters { waiter.resume() }
            return accepts
        }
    }

    private let receiver = Receiver()
    let clock = TestClock()
    let mailbox: ResolutionMailbox

    init() {
        let receiver = receiver
        mailbox = ResolutionMailbox(clock: clock) { receiver.receive($0) }
    }

    var results: [Result<Resolution, RPCError>] { receiver.state.withLock { $0.results } }

    /// What the channel answers to each resolution.
    func accept(_ accepts: Bool) { receiver.state.withLock { $0.accepts = accepts } }

    /// The results once there are at least `count`.
    func results(atLeast count: Int) async -> [Result<Resolution, RPCError>] {
        await withCheckedContinuation { continuation in
            let isMet = receiver.state.withLock { state in
                if state.results.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isMet { continuation.resume() }
        }
        return results
    }

    /// The `number`th result as text: the endpoints' addresses, or the failure's status.
    func result(_ number: Int) async -> String {
        switch await results(atLeast: number)[number - 1] {
        case .success(let resolution): resolution.endpoints.map(\.identity.description).joined(separator: " ")
        case .failure(let error): error.description
        }
    }

    /// Runs `resolver` for as long as `body` runs. Throws when the resolver does, other than by being cancelled.
    func run(_ resolver: any Resolver, _ body: () async throws -> Void) async throws {
        let updates = ResolutionUpdates(mailbox)
        let task = Task { try await resolver.run(updates) }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        task.cancel()
        do { try await task.value } catch is CancellationError {}
        try outcome.get()
    }

    func context(_ change: (inout ResolverContext) -> Void = { _ in }) -> ResolverContext {
        var context = ResolverContext(seed: 1, clock: clock)
        change(&context)
        return context
    }
}

/// Answers lookups from a list, the last answer for good.
final class ScriptedLookup: AddressLookup {
    private let state: Mutex<(answers: [Result<[EndpointAddress], RPCError>], asked: [String])>

    init(_ answers: Result<[EndpointAddress], RPCError>...) { state = Mutex((answers, [])) }

    var asked: [String] { state.withLock { $0.asked } }

    nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress] {
        try state.withLock { state in
            state.asked.append("\(host):\(port)")
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
        }.get()
    }
}

/// `10.0.0.<n>:443` for each number.
func addresses(_ numbers: Int...) -> [EndpointAddress] { numbers.map { .ipv4("10.0.0.\($0)", port: 443) } }
