// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// When to look a name up again: when its answer is over, soon after the channel asks, with backoff after failures.
///
/// The channel's first request is answered at once, or shortly after the last lookup; further ones have to wait, so
/// that a broken server cannot make its clients flood the name server.
struct DNSSchedule: Sendable {
    /// What makes names be looked up without anybody asking.
    enum Refresh: Sendable, Hashable {
        /// The end of the last answer's time; where nobody said how long it holds, as `every(defaultInterval)`.
        case automatic
        case every(Duration)
        case onRequest
    }

    enum Outcome: Sendable {
        /// An answer that the channel can use, and how long it holds if anybody said.
        case accepted(validFor: Duration?)
        /// There is nothing, say those who know, for that long.
        case denied(validFor: Duration?)
        /// No answer, or one that the channel refused.
        case failed
    }

    /// What to do before the next lookup: sleep for `quiet` whatever the channel asks, then wait for a request, at
    /// most for `listening`, or without end when that is `nil`.
    struct Pause: Sendable, Hashable {
        var quiet: Duration
        var listening: Duration?
    }

    static let defaultInterval: Duration = .seconds(30)
    /// What an answer's own time is held to. The end of a long one is no news: lost connections are.
    static let validity: ClosedRange<Duration> = .seconds(5)...(.seconds(300))
    /// The same for an answer that there is nothing.
    static let denialValidity: ClosedRange<Duration> = .seconds(5)...(.seconds(30))
    /// The least time over which clients spread whose answers end at the same moment, as they do behind one name server
    /// that remembers answers for all of them.
    static let spread: Duration = .seconds(1)
    /// The least time from a lookup by the timer to one by request.
    static let settle: Duration = .seconds(5)
    /// The least time between two lookups by request.
    static let minRequestInterval: Duration = .seconds(30)
    static let initialBackoff: Duration = .seconds(1)
    static let backoffMultiplier = 1.6
    static let maxBackoff: Duration = .seconds(120)

    private let refresh: Refresh
    private var random: SplitMix64
    private var backoff: Duration?

    init(refresh: Refresh, seed: UInt64) {
        self.refresh = refresh
        random = SplitMix64(seed: seed)
    }

    /// The pause after a lookup that ended with `outcome`; `wasRequested`: it was made because the channel asked.
    mutating func pause(after outcome: Outcome, wasRequested: Bool) -> Pause {
        switch outcome {
        case .failed:
            let limit = min(fixedInterval ?? DNSSchedule.maxBackoff, DNSSchedule.maxBackoff)
            let current = min(backoff.map { $0 * DNSSchedule.backoffMultiplier } ?? DNSSchedule.initialBackoff, limit)
            backoff = current
            return Pause(quiet: jittered(current, by: 0.2), listening: .zero)
        case .denied(let validity):
            backoff = nil
            let range = DNSSchedule.denialValidity
            return Pause(quiet: end(of: validity ?? range.upperBound, within: range), listening: .zero)
        case .accepted(let validity):
            backoff = nil
            let rest = wasRequested ? DNSSchedule.minRequestInterval : DNSSchedule.settle
            guard let interval = interval(validity) else { return Pause(quiet: rest, listening: nil) }
            let quiet = min(rest, interval)
            return Pause(quiet: quiet, listening: interval - quiet)
        }
    }

    /// `nil`: only by request.
    private mutating func interval(_ validity: Duration?) -> Duration? {
        if case .automatic = refresh, let validity { return end(of: validity, within: DNSSchedule.validity) }
        return fixedInterval.map { jittered($0, by: 0.1) }
    }

    private var fixedInterval: Duration? {
        switch refresh {
        case .automatic: DNSSchedule.defaultInterval
        case .every(let interval): interval
        case .onRequest: nil
        }
    }

    /// Never before the end: a name server that remembers would give the rest of the same answer.
    private mutating func end(of validity: Duration, within range: ClosedRange<Duration>) -> Duration {
        let time = min(max(validity, range.lowerBound), range.upperBound)
        return time + max(DNSSchedule.spread, time * 0.1) * Double.random(in: 0...1, using: &random)
    }

    private mutating func jittered(_ duration: Duration, by share: Double) -> Duration {
        duration * Double.random(in: 1 - share...1 + share, using: &random)
    }
}
