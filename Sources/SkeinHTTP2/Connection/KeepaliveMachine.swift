// SPDX-License-Identifier: Apache-2.0

/// Finds out whether a silent peer is still there: a PING after a silence, and the end when nothing at all comes back
/// in time (gRFC A8 for clients, A9 for servers).
///
/// It has one timer, which `check` moves on; bytes that arrive only leave their time behind.
package struct KeepaliveMachine: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// What to do at a check, and when to check next.
    package enum Step: Sendable, Hashable {
        case wait(until: Instant)
        /// Send a PING now.
        case ping(thenWaitUntil: Instant)
        /// Nothing to do until a stream starts.
        case rest
        /// The peer is gone: close.
        case dead
    }

    private let interval: Duration
    private let timeout: Duration
    private let withoutCalls: Bool
    private var lastRead: Instant
    private var pinged: Instant?
    private var isResting = false

    /// - Parameters:
    ///   - interval: the silence after which to ask.
    ///   - timeout: how long the answer may take.
    ///   - withoutCalls: whether to ask while no stream is open.
    ///   - now: when the connection came up.
    package init(interval: Duration, timeout: Duration, withoutCalls: Bool, now: Instant) {
        self.interval = interval
        self.timeout = timeout
        self.withoutCalls = withoutCalls
        lastRead = now
    }

    /// Bytes arrived; any are a sign of life.
    package mutating func received(at now: Instant) {
        lastRead = now
        pinged = nil
    }

    /// The timer fired, or is to be set for the first time.
    package mutating func check(at now: Instant, liveStreams: Int) -> Step {
        if let pinged {
            let end = pinged + timeout
            return now >= end ? .dead : .wait(until: end)
        }
        if liveStreams == 0, !withoutCalls {
            isResting = true
            return .rest
        }
        isResting = false
        let due = lastRead + interval
        if now < due { return .wait(until: due) }
        pinged = now
        // The answer may come at once, and a silence begin with it.
        return .ping(thenWaitUntil: now + min(timeout, interval))
    }

    /// A stream is about to start: after a rest, and a long silence, the PING goes ahead of it. `nil`: the timer runs.
    package mutating func streamStarts(at now: Instant) -> Step? {
        isResting ? check(at: now, liveStreams: 1) : nil
    }
}
