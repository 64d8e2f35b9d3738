// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// Which of a registry's servers is asked: one for as long as it answers, then the next. Each client starts at another,
/// so that they share the registry's servers among them. May be used from any thread.
final class NodeRotation: Sendable {
    /// In the order in which they are asked; never empty.
    let nodes: [RegistryTarget.Node]
    private let index = Atomic(0)

    /// The nodes of `location`, or `fallback` when it names none.
    init(_ location: RegistryTarget, or fallback: RegistryTarget.Node, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        nodes = location.nodes.isEmpty ? [fallback] : location.nodes.shuffled(using: &random)
    }

    /// The one to ask.
    var current: RegistryTarget.Node { nodes[index.load(ordering: .relaxed) % nodes.count] }

    /// `node` did not answer as it should: the next one is asked from now on.
    func failed(_ node: RegistryTarget.Node) {
        let seen = index.load(ordering: .relaxed)
        guard nodes[seen % nodes.count] == node else { return }
        _ = index.compareExchange(expected: seen, desired: (seen + 1) % nodes.count, ordering: .relaxed)
    }

    /// How long one node may take for an answer that is wanted within `limit`: what leaves time to ask others.
    func share(of limit: Duration) -> Duration { nodes.count > 1 ? limit / min(nodes.count + 1, 4) : limit }

    /// What `body` returns for the first node for which it does not throw; each is tried once. Cancellation ends it, and
    /// counts as a failure: who cancels may have waited too long for this node.
    nonisolated(nonsending) func first<Value>(
        _ body: (RegistryTarget.Node) async throws -> Value
    ) async throws -> Value {
        for _ in 1..<nodes.count {
            let node = current
            do {
                return try await body(node)
            } catch {
                failed(node)
                try Task.checkCancellation()
            }
        }
        let last = current
        do {
            return try await body(last)
        } catch {
            failed(last)
            throw error
        }
    }
}
