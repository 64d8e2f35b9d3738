// SPDX-License-Identifier: Apache-2.0

/// Tells a client that asks too often whether the server is there from one that may (gRFC A8).
package struct PingStrikes: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Between PINGs of a connection without streams, where those are not permitted anyway.
    private static let idleInterval = Duration.seconds(2 * 60 * 60)
    private static let allowed = 2

    private let minimumInterval: Duration
    private let permitsWithoutCalls: Bool
    private var lastValid: Instant?
    private var strikes = 0

    /// - Parameters:
    ///   - minimumInterval: the least time between PINGs.
    ///   - permitsWithoutCalls: whether that holds while no stream is open, too.
    package init(minimumInterval: Duration, permitsWithoutCalls: Bool) {
        self.minimumInterval = minimumInterval
        self.permitsWithoutCalls = permitsWithoutCalls
    }

    /// HEADERS or DATA were sent: PINGs beside calls, as for measuring bandwidth, are no strikes.
    package mutating func sentFrames() {
        strikes = 0
        lastValid = nil
    }

    /// A PING came. `true`: one too many; the connection is to be closed with ENHANCE_YOUR_CALM.
    package mutating func received(at now: Instant, liveStreams: Int) -> Bool {
        let interval = liveStreams > 0 || permitsWithoutCalls ? minimumInterval : PingStrikes.idleInterval
        if let lastValid, now < lastValid + interval {
            strikes += 1
            return strikes > PingStrikes.allowed
        }
        lastValid = now
        return false
    }
}
