// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// How to find out that a silent peer is gone (gRFC A8, A9).
public struct Keepalive: Sendable, Hashable {
    /// The silence after which a PING asks whether the peer is there.
    public var interval: Duration
    /// How long the answer may take; after that the connection is closed and its calls end with `unavailable`.
    public var timeout: Duration
    /// Whether to ask while no call is open.
    public var withoutCalls: Bool

    public init(every interval: Duration, timeout: Duration = .seconds(20), withoutCalls: Bool = false) {
        self.interval = interval
        self.timeout = timeout
        self.withoutCalls = withoutCalls
    }
}

/// The keepalive of a channel's connections. A server that finds it too eager doubles the interval of later ones.
package final class ClientKeepalive: Sendable {
    private let state: Mutex<Keepalive?>
    private static let shortest = Duration.seconds(10)

    /// Intervals below gRPC's least, 10 s, are raised to it.
    package init(_ keepalive: Keepalive?) {
        var keepalive = keepalive
        if let interval = keepalive?.interval { keepalive?.interval = max(interval, ClientKeepalive.shortest) }
        state = Mutex(keepalive)
    }

    /// For tests, which cannot wait for 10 s.
    package init(exactly keepalive: Keepalive) { state = Mutex(keepalive) }

    package var current: Keepalive? { state.withLock { $0 } }

    /// A server has closed a connection for too many PINGs; the new interval.
    func doubleInterval() -> Duration? {
        state.withLock { keepalive in
            keepalive?.interval *= 2
            return keepalive?.interval
        }
    }
}
