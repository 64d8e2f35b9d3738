// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
package import SkeinCore

/// The hooks of one server, and whether it is ready.
///
/// Makes a task for what it tells them at the end, as the server's own may be cancelled by then: a cancelled server still
/// says goodbye. The task is waited for, or cancelled when that takes too long.
package struct ServerHooks: Sendable {
    /// What the hooks get for each step of the end.
    static let limit = Duration.seconds(5)

    private let all: [any ServerHook]

    /// - Parameters:
    ///   - services: those that are hooks are told.
    ///   - others: are told after them.
    package init(of services: [any RPCService], and others: [any ServerHook] = []) {
        all = services.compactMap { $0 as? any ServerHook } + others
    }

    package var areReady: Bool { all.allSatisfy(\.isReady) }

    /// The longest that one of them asks for.
    package var propagation: Duration { all.map(\.propagation).max() ?? .zero }

    package func didListen(_ addresses: [EndpointAddress]) async throws {
        for hook in all { try await hook.didListen(addresses) }
    }

    /// Calls `step` for all hooks at once. Waits until they have returned, for `limit`, or until the second wish to stop.
    func tell(
        _ stop: StopRequest, on timer: any EventLoop, _ step: @escaping @Sendable (any ServerHook) async -> Void
    ) async {
        guard !all.isEmpty else { return }
        let told = Signal()
        let task = Task { [all] in
            await withDiscardingTaskGroup { group in
                for hook in all { group.addTask { await step(hook) } }
            }
            told.give()
        }
        await stop.wait(for: told, atMost: ServerHooks.limit, on: timer)
        task.cancel()
    }
}
