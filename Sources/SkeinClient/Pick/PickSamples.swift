// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// The explanations of the latest picks among those that were drawn for it.
final class PickSamples: Sendable {
    private struct Ring {
        var explanations: [PickExplanation] = []
        var next = 0
    }

    private let sampling: PickSampling
    private let picks = Atomic<UInt64>(0)
    private let ring = Mutex(Ring())

    init(_ sampling: PickSampling) { self.sampling = sampling }

    /// Counts a pick; whether it is one to explain.
    func isNext() -> Bool {
        picks.wrappingAdd(1, ordering: .relaxed).oldValue % UInt64(max(sampling.every, 1)) == 0
    }

    func add(_ explanation: PickExplanation) {
        ring.withLock { ring in
            if ring.explanations.count < sampling.keeping {
                ring.explanations.append(explanation)
            } else if sampling.keeping > 0 {
                ring.explanations[ring.next] = explanation
                ring.next = (ring.next + 1) % sampling.keeping
            }
        }
    }

    /// The oldest first.
    var all: [PickExplanation] {
        ring.withLock { Array($0.explanations[$0.next...] + $0.explanations[..<$0.next]) }
    }
}
