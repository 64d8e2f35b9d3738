// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Decides when an instance is registered and when its lease is renewed.
///
/// A lease is renewed after a third of its time, and after a failure again sooner, so that it survives a registry that
/// fails for nearly two thirds. A lease that is lost, or was not renewed in time, is replaced at once; then, as long as
/// it fails, after random parts of a time that grows ("full jitter").
struct LeaseMachine: Sendable {
    enum Step: Sendable, Hashable {
        case register
        case renew(LeaseID)
        case wait(Duration)
    }

    private let ttl: Duration
    private let interval: Duration
    private var random: SplitMix64
    private(set) var lease: LeaseID?
    private var goodUntil: Duration = .zero
    private var next: Step = .register
    private var backoff = FullJitter()

    /// A lease of `ttl`, renewed after `interval`; after a third of `ttl` unless said otherwise.
    init(ttl: Duration, renewedEvery interval: Duration? = nil, seed: UInt64) {
        self.ttl = ttl
        self.interval = interval ?? ttl / 3
        random = SplitMix64(seed: seed)
    }

    /// What to do now. A wait is followed by the next exchange.
    mutating func step(at now: Duration) -> Step {
        if case .wait(let time) = next {
            next = lease == nil ? .register : .renew(lease ?? LeaseID(""))
            return .wait(time)
        }
        if case .renew = next, now >= goodUntil {
            lease = nil
            next = .register
        }
        return next
    }

    /// How long one exchange may take: a renewal must not use up the time of the lease.
    func timeout(atMost limit: Duration) -> Duration { lease == nil ? limit : min(limit, ttl / 3) }

    /// `asked`: when the registry was asked; the lease counts from then.
    mutating func registered(_ lease: LeaseID, asked: Duration) {
        self.lease = lease
        held(asked)
    }

    mutating func renewed(_ renewal: Renewal, asked: Duration) {
        switch renewal {
        case .renewed: held(asked)
        case .lost:
            lease = nil
            next = .register
        }
    }

    mutating func failed() {
        let limit = lease == nil ? FullJitter.waits.upperBound : ttl / 6
        next = .wait(backoff.failed(atMost: limit, &random))
    }

    private mutating func held(_ asked: Duration) {
        backoff.succeeded()
        goodUntil = asked + ttl
        // Not all that started together renew together.
        next = .wait(interval * Double.random(in: 0.9...1, using: &random))
    }
}
