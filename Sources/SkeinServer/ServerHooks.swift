// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
package import SkeinCore

/// The hooks of one server, and whether it is ready.
///
/// Makes tasks for what it tells them at the end, as the server's own may be cancelled by then: a cancelled server still
/// says goodbye. The tasks are waited for, or cancelled when that takes too long.
package struct ServerHooks: Sendable {
    /// What the hooks get for each step of the end.
    static let limit = Duration.seconds(5)
    /// How long the others wait for the services: one client that does not read is no reason to stay registered.
    private static let headStart = Duration.seconds(1)

    private let services: [any ServerHook]
    private let others: [any ServerHook]
    private var all: [any ServerHook] { services + others }

    /// - Parameters:
    ///   - services: those that are hooks are told.
    ///   - others: are told after them.
    package init(of services: [any RPCService], and others: [any ServerHook] = []) {
        self.services = services.compactMap { $0 as? any ServerHook }
        self.others = others
    }

    package var areReady: Bool { all.allSatisfy(\.isReady) }

    /// The longest that one of them asks for.
    package var propagation: Duration { all.map(\.propagation).max() ?? .zero }

    package func didListen(_ addresses: [EndpointAddress]) async throws {
        for hook in all { try await hook.didListen(addresses) }
    }

    /// Calls `step` for all services at once, and then for the others. Waits until they have returned, for `limit`, or
    /// until the second wish to stop.
    func tell(
        _ stop: StopRequest, on timer: any EventLoop, _ step: @escaping @Sendable (any ServerHook) async -> Void
    ) async {
        let first = ServerHooks.call(step, for: services)
        await stop.wait(for: first.done, atMost: ServerHooks.headStart, on: timer)
        let second = ServerHooks.call(step, for: others)
        for (task, done) in [second, first] {
            await stop.wait(for: done, atMost: ServerHooks.limit, on: timer)
            task.cancel()
        }
    }

    private static func call(
        _ step: @escaping @Sendable (any ServerHook) async -> Void, for hooks: [any ServerHook]
    ) -> (task: Task<Void, Never>, done: Signal) {
        let done = Signal()
        let task = Task {
            await withDiscardingTaskGroup { group in
                for hook in hooks { group.addTask { await step(hook) } }
            }
            done.give()
        }
        return (task, done)
    }
}
