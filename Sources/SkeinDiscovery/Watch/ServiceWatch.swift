// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// Follows one service in a registry, as `WatchMachine` decides, and publishes what `ListGuard` makes of it.
struct ServiceWatch: Sendable {
    let registry: any ServiceRegistry
    let service: String
    let context: RegistryContext
    let board: WatchBoard
    /// Where the service config is, if the target says so.
    let config: ConfigWatch?
    /// Waits until somebody wants a new look.
    let refresh: @Sendable () async throws -> Void

    /// Until cancelled. `publish` is called from one task, with the same again after the time that it returns.
    nonisolated(nonsending) func run(
        _ publish: @escaping @Sendable (WatchBoard.Output) async throws -> Duration?
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await follow() }
            if let config { group.addTask { try await config.run() } }
            group.addTask { try await announce(publish) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private nonisolated(nonsending) func announce(
        _ publish: @Sendable (WatchBoard.Output) async throws -> Duration?
    ) async throws {
        let now = context.clock.elapsed
        var last: (output: WatchBoard.Output, again: Duration?)?
        while true {
            let times = [board.untilNextChange, last?.again.map { max(.zero, $0 - now()) }].compactMap(\.self)
            let isChanged = try await board.changed.wait(atMost: times.min())
            if isChanged, !board.isFirst { try await context.clock.sleep(for: WatchMachine.coalescing) }
            let isDue = last?.again.map { $0 <= now() } ?? false
            guard let output = board.take() ?? (isDue ? last?.output : nil) else { continue }
            let again = try await publish(output)
            last = (output, again.map { now() + $0 })
        }
    }

    private nonisolated(nonsending) func follow() async throws {
        try await WatchLoop.run(registry.traits, context, list: list, watch: watch)
    }

    /// `nil` when the registry could not be asked.
    private nonisolated(nonsending) func list() async throws -> Revision? {
        do {
            let listing = try await context.clock.limit(registry.traits.timeout, "list \(service)") {
                [registry, service] in try await registry.list(service)
            }
            board.listed(listing)
            return listing.revision
        } catch {
            try Task.checkCancellation()
            board.failed(error)
            return nil
        }
    }

    private nonisolated(nonsending) func watch(
        after revision: Revision, atMost limit: Duration
    ) async throws -> WatchMachine.End {
        let stale = Signal(clock: context.clock)
        let feed = ChangeFeed { [board] change in
            switch change {
            case .listed(let listing): board.listed(listing)
            case .updated(let instances, let removed): board.updated(instances, removed: removed)
            case .stale: stale.set()
            }
        }
        return try await withThrowingTaskGroup(of: WatchMachine.End.self) { group in
            group.addTask { try await stale.wait(atMost: limit) ? .stale : .due }
            if !registry.traits.tellsChanges {
                group.addTask {
                    try await refresh()
                    return .asked
                }
            }
            group.addTask { [registry, service, board] in
                do {
                    try await registry.watch(service, after: revision, feed)
                    return .gap
                } catch {
                    try Task.checkCancellation()
                    board.failed(error)
                    return .failed
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .due
        }
    }
}
