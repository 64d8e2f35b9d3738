// SPDX-License-Identifier: Apache-2.0

extension Never {
    /// Waits until the task is cancelled, then throws.
    static nonisolated(nonsending) func untilCancelled() async throws {
        let (stream, _) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        throw CancellationError()
    }
}
