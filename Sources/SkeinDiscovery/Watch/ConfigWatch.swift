// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore

/// Follows the service config under a key of a registry, and puts it on the board.
struct ConfigWatch: Sendable {
    let store: any ServiceConfigStore
    let key: String
    let context: RegistryContext
    let board: WatchBoard

    /// Until cancelled.
    nonisolated(nonsending) func run() async throws {
        try await WatchLoop.run(store.traits, context, list: read, watch: watch)
    }

    private nonisolated(nonsending) func read() async throws -> Revision? {
        do {
            let stored = try await context.clock.limit(store.traits.timeout, "read \(key)") { [store, key] in
                try await store.text(at: key)
            }
            if stored.text == nil { context.logger.info("read the service config: there is no key \(key)") }
            board.configured(stored.text)
            return stored.revision
        } catch {
            try Task.checkCancellation()
            context.logger.warning("read the service config under \(key): \(error)")
            board.unconfigured()
            return nil
        }
    }

    private nonisolated(nonsending) func watch(
        after revision: Revision, atMost limit: Duration
    ) async throws -> WatchMachine.End {
        try await withThrowingTaskGroup(of: WatchMachine.End.self) { group in
            group.addTask { [context] in
                try await context.clock.sleep(for: limit)
                return .due
            }
            group.addTask {
                do {
                    try await store.watchText(at: key, after: revision)
                    return .stale
                } catch {
                    try Task.checkCancellation()
                    context.logger.warning("watch the service config under \(key): \(error)")
                    return .failed
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .due
        }
    }
}
