// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// When to look a name up again: on a timer with jitter, soon after the channel asks, with backoff after failures.
///
/// The channel's first request is answered at once, or shortly after the last lookup; further ones have to wait, so
/// that a broken server cannot make its clients flood the name server.
struct DNSSchedule: Sendable {
    enum Outcome: Sendable {
        /// An answer that the channel can use.
        case accepted
        /// No answer, or one that the channel refused.
        case failed
    }

    /// What to do before the next lookup: sleep for `quiet` whatever the channel asks, then wait for a request, at
    /// most for `listening`, or without end when that is `nil`.
    struct Pause: Sendable, Hashable {
        var quiet: Duration
        var listening: Duration?
    }

    static let defaultRefresh: Duration = .seconds(30)
    /// The least time from a lookup by the timer to one by request.
    static let settle: Duration = .seconds(5)
    /// The least time between two lookups by request.
    static let minRequestInterval: Duration = .seconds(30)
    static let initialBackoff: Duration = .seconds(1)
    static let backoffMultiplier = 1.6
    static let maxBackoff: Duration = .seconds(120)

    /// Time between lookups; `nil`: only by request.
    private let refresh: Duration?
    private var random: SplitMix64
    private var backoff: Duration?

    init(refresh: Duration?, seed: UInt64) {
        self.refresh = refresh
        random = SplitMix64(seed: seed)
    }

    /// The pause after a lookup that ended with `outcome`; `wasRequested`: it was made because the channel asked.
    mutating func pause(after outcome: Outcome, wasRequested: Bool) -> Pause {
        switch outcome {
        case .failed:
            let limit = min(refresh ?? DNSSchedule.maxBackoff, DNSSchedule.maxBackoff)
            let current = min(backoff.map { $0 * DNSSchedule.backoffMultiplier } ?? DNSSchedule.initialBackoff, limit)
            backoff = current
            return Pause(quiet: jittered(current, by: 0.2), listening: .zero)
        case .accepted:
            backoff = nil
            let rest = wasRequested ? DNSSchedule.minRequestInterval : DNSSchedule.settle
            guard let refresh else { return Pause(quiet: rest, listening: nil) }
            let interval = jittered(refresh, by: 0.1)
            let quiet = min(rest, interval)
            return Pause(quiet: quiet, listening: interval - quiet)
        }
    }

    private mutating func jittered(_ duration: Duration, by share: Double) -> Duration {
        duration * Double.random(in: 1 - share...1 + share, using: &random)
    }
}
