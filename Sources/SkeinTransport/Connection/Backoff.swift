// SPDX-License-Identifier: Apache-2.0

/// gRPC's connection backoff (grpc/doc/connection-backoff.md): how long after the start of a failed attempt the next
/// one may start.
public struct Backoff: Sendable, Hashable {
    public var initial: Duration
    public var multiplier: Double
    public var maximum: Duration
    /// The share by which a delay may be shorter or longer, 0 to 1.
    public var jitter: Double
    /// The least time an attempt is given.
    public var minimumConnectTimeout: Duration

    public init(
        initial: Duration = .seconds(1), multiplier: Double = 1.6, maximum: Duration = .seconds(120),
        jitter: Double = 0.2, minimumConnectTimeout: Duration = .seconds(20)
    ) {
        self.initial = initial
        self.multiplier = multiplier
        self.maximum = maximum
        self.jitter = jitter
        self.minimumConnectTimeout = minimumConnectTimeout
    }

    /// The delay after `failures` attempts in a row (1 or more). `chance` is uniform in 0..<1.
    package func delay(afterFailures failures: Int, chance: Double) -> Duration {
        var delay = initial
        for _ in 1..<max(1, failures) where delay < maximum {
            delay = min(delay * multiplier, maximum)
        }
        return delay * (1 + jitter * (2 * chance - 1))
    }
}
