// SPDX-License-Identifier: Apache-2.0

/// Runs `body` in `count` tasks at once, each with its number, and waits for all.
func concurrently(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<count { group.addTask { try await body(index) } }
        try await group.waitForAll()
    }
}
