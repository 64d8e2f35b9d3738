// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// How long to wait after failures in a row: a random part of a time that starts at half a second and doubles, so that
/// the clients of a registry that failed do not come back all at once.
struct FullJitter: Sendable {
    /// The longest waits after the first failure and after the last of many.
    static let waits: ClosedRange<Duration> = .milliseconds(500)...(.seconds(30))

    private(set) var failuresInARow = 0

    /// It failed again: the time to wait, at most `limit`.
    mutating func failed(
        atMost limit: Duration = waits.upperBound, _ random: inout some RandomNumberGenerator
    ) -> Duration {
        let longest = FullJitter.waits.lowerBound * (1 << min(failuresInARow, 16))
        failuresInARow += 1
        return min(longest, limit) * Double.random(in: 0...1, using: &random)
    }

    mutating func succeeded() { failuresInARow = 0 }
}
