// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// When a stream that a server should keep open forever is opened again after its end: never for a server that does
/// not have the method, else after a backoff, which counts from the start and begins anew with every message.
struct WatchMachine: Sendable {
    private let backoff: Backoff
    private var failures = 0
    private var lastStart: ContinuousClock.Instant?

    init(_ backoff: Backoff) { self.backoff = backoff }

    mutating func started(_ now: ContinuousClock.Instant) { lastStart = now }

    mutating func received() { failures = 0 }

    /// How long to wait; `nil`: for ever. `chance` is uniform in 0..<1.
    mutating func ended(_ code: StatusCode, _ now: ContinuousClock.Instant, chance: Double) -> Duration? {
        guard code != .unimplemented else { return nil }
        failures += 1
        let delay = backoff.delay(afterFailures: failures, chance: chance)
        return max(.zero, delay - (now - (lastStart ?? now)))
    }
}
