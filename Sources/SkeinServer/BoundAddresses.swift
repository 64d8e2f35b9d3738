// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// Where a server listens, for those who ask before it does.
final class BoundAddresses: Sendable {
    private enum State {
        case pending([CheckedContinuation<[EndpointAddress], any Error>])
        case known(Result<[EndpointAddress], any Error>)
    }

    private let state = Mutex(State.pending([]))

    func succeed(_ addresses: [EndpointAddress]) { settle(.success(addresses)) }
    func fail(_ error: any Error) { settle(.failure(error)) }

    private func settle(_ result: Result<[EndpointAddress], any Error>) {
        let waiters = state.withLock { state -> [CheckedContinuation<[EndpointAddress], any Error>] in
            guard case .pending(let waiters) = state else { return [] }
            state = .known(result)
            return waiters
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    func addresses() async throws -> [EndpointAddress] {
        try await withCheckedThrowingContinuation { waiter in
            let known = state.withLock { state -> Result<[EndpointAddress], any Error>? in
                switch state {
                case .pending(let waiters):
                    state = .pending(waiters + [waiter])
                    return nil
                case .known(let result): return result
                }
            }
            if let known { waiter.resume(with: known) }
        }
    }
}
