// SPDX-License-Identifier: Apache-2.0
internal import SkeinResolution

/// Does what `WatchMachine` decides, until cancelled.
enum WatchLoop {
    /// - Parameters:
    ///   - list: `nil` when the registry could not be asked.
    ///   - watch: after a revision, for so long at most.
    static nonisolated(nonsending) func run(
        _ traits: RegistryTraits, _ context: RegistryContext, list: () async throws -> Revision?,
        watch: (Revision, Duration) async throws -> WatchMachine.End
    ) async throws {
        var machine = WatchMachine(pollInterval: traits.pollInterval, seed: context.seed)
        while true {
            switch machine.step() {
            case .wait(let time): try await context.clock.sleep(for: time)
            case .list: machine.listed(try await list())
            case .watch(let revision, let limit):
                let time = context.clock.elapsed
                let end = try await watch(revision, limit)
                machine.watchEnded(end, after: time())
            }
        }
    }
}
