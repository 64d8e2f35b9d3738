// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Decides when a service is listed and when it is watched: list → watch from there → list again when the watch ends,
/// when it is time, and after a failure when some time has passed.
///
/// After a gap, which all clients of a registry see at the same moment, and after a failure it waits for a random part
/// of a time that grows with the failures in a row ("full jitter"), so that they do not come back all at once.
struct WatchMachine: Sendable {
    /// What is to be done next.
    enum Step: Sendable, Hashable {
        case list
        /// At most this long.
        case wait(Duration)
        /// Watch, at most this long.
        case watch(after: Revision, atMost: Duration)
    }

    /// How a watch ended.
    enum End: Sendable, Hashable {
        /// Its time was over.
        case due
        /// Someone asked for a new look.
        case asked
        /// Something changed that only a list tells.
        case stale
        /// The registry could not go on from where it was.
        case gap
        case failed
    }

    /// The longest wait after a gap.
    static let gapWait: Duration = .milliseconds(500)
    /// A new look that is asked for comes this long after the last at the soonest.
    static let askedInterval: Duration = .seconds(5)
    /// Changes within this time are taken together.
    static let coalescing: Duration = .milliseconds(50)

    private let pollInterval: ClosedRange<Duration>
    private var random: SplitMix64
    private var next: Step = .list
    private var backoff = FullJitter()
    private var hadGap = false

    init(pollInterval: ClosedRange<Duration>, seed: UInt64) {
        self.pollInterval = pollInterval
        random = SplitMix64(seed: seed)
    }

    /// What to do now. A wait is followed by a list.
    mutating func step() -> Step {
        defer { if case .wait = next { next = .list } }
        return next
    }

    /// The service was listed; `nil`: it could not be.
    mutating func listed(_ revision: Revision?) {
        guard let revision else { return backOff() }
        next = .watch(after: revision, atMost: draw(pollInterval))
    }

    mutating func watchEnded(_ end: End, after time: Duration) {
        let lasted = time > FullJitter.waits.upperBound
        // One gap is nothing special, one after the other is a registry that cannot be watched.
        let isFailure = end == .failed || (end == .gap && hadGap && !lasted)
        hadGap = end == .gap
        if lasted || !isFailure { backoff.succeeded() }
        switch end {
        case _ where isFailure: backOff()
        case .due, .failed: next = .list
        case .stale: next = .wait(WatchMachine.coalescing)
        case .gap: next = .wait(draw(.zero...WatchMachine.gapWait))
        case .asked:
            next = .wait(max(.zero, WatchMachine.askedInterval - time) + draw(.zero...WatchMachine.gapWait))
        }
    }

    private mutating func backOff() { next = .wait(backoff.failed(&random)) }

    var failuresInARow: Int { backoff.failuresInARow }

    private mutating func draw(_ range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double.random(in: 0...1, using: &random)
    }
}
