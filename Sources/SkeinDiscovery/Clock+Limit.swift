// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

extension Clock where Duration == Swift.Duration {
    /// What `body` returns, or `deadlineExceeded` when it takes longer than `limit`: `what` names what was tried.
    nonisolated(nonsending) func limit<Value: Sendable>(
        _ limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await sleep(for: limit)
                throw RPCError(.deadlineExceeded, "\(what): no answer within \(limit)")
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
