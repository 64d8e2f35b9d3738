// SPDX-License-Identifier: Apache-2.0

/// Ends a server's connections that nobody uses, or that are old enough to be balanced anew (gRFC A9).
package struct ConnectionAge: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// The limits; `nil` is none.
    package struct Limits: Sendable, Hashable {
        /// Without a stream.
        package var idle: Duration?
        /// Altogether, give or take a tenth.
        package var age: Duration?
        /// What calls get to finish once the connection is too old.
        package var grace: Duration?

        package init(idle: Duration? = nil, age: Duration? = nil, grace: Duration? = nil) {
            self.idle = idle
            self.age = age
            self.grace = grace
        }
    }

    package enum Step: Sendable, Hashable {
        case wait(until: Instant)
        /// No limit applies until a stream starts or ends.
        case rest
        /// Drain, with this in the GOAWAY, and check again then.
        case drain(String, checkAgain: Instant?)
        /// The calls that still run are to be cancelled.
        case cancelCalls
    }

    private let limits: Limits
    private let oldAt: Instant?
    private var idleSince: Instant?
    private var isOld = false
    private var cancelAt: Instant?

    /// - Parameters:
    ///   - now: when the connection came up.
    ///   - chance: a random number from 0 to 1, for the spread of the age.
    package init(_ limits: Limits, now: Instant, chance: Double) {
        self.limits = limits
        oldAt = limits.age.map { now + $0 * (900 + Int(200 * min(max(chance, 0), 1))) / 1000 }
        idleSince = now
    }

    /// The number of streams changed. `true`: the timer may have to be set anew.
    package mutating func liveStreams(_ count: Int, at now: Instant) -> Bool {
        guard limits.idle != nil, (count == 0) != (idleSince != nil) else { return false }
        idleSince = count == 0 ? now : nil
        return count == 0
    }

    /// The timer fired, or is to be set.
    package mutating func check(at now: Instant) -> Step {
        if isOld {
            guard let cancelAt else { return .rest }
            return now >= cancelAt ? .cancelCalls : .wait(until: cancelAt)
        }
        if let oldAt, now >= oldAt { return end("max_age", now) }
        let idleAt = idleSince.flatMap { since in limits.idle.map { since + $0 } }
        if let idleAt, now >= idleAt { return end("max_idle", now) }
        guard let next = [oldAt, idleAt].compactMap({ $0 }).min() else { return .rest }
        return .wait(until: next)
    }

    private mutating func end(_ reason: String, _ now: Instant) -> Step {
        isOld = true
        cancelAt = limits.grace.map { now + $0 }
        return .drain(reason, checkAgain: cancelAt)
    }
}
