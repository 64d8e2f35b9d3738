// SPDX-License-Identifier: Apache-2.0

/// Durations as protobuf writes them in JSON: seconds with up to nine decimals and an `s`, e.g. `1.5s`.
package enum DurationText {
    /// What protobuf's Duration can hold: about ten thousand years.
    private static let maxSeconds: Int64 = 315_576_000_000

    /// `nil` for anything but `-?[0-9]+(\.[0-9]{1,9})?s` within protobuf's range.
    package static func parse(_ text: some StringProtocol) -> Duration? {
        guard text.hasSuffix("s") else { return nil }
        let isNegative = text.hasPrefix("-")
        let number = text.dropFirst(isNegative ? 1 : 0).dropLast()
        let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let seconds = Int64(parts[0]), seconds <= maxSeconds
        else { return nil }
        var nanoseconds: Int64 = 0
        if parts.count == 2 {
            guard parts[1].utf8.count <= 9 else { return nil }
            let decimals = parts[1].utf8.map { Int64($0 - 0x30) } + Array(repeating: 0, count: 9 - parts[1].utf8.count)
            nanoseconds = decimals.reduce(0) { $0 * 10 + $1 }
        }
        let duration = Duration.seconds(seconds) + .nanoseconds(nanoseconds)
        return isNegative ? .zero - duration : duration
    }

    /// The shortest text that `parse` reads as `duration`, whole nanoseconds.
    package static func write(_ duration: Duration) -> String {
        let (seconds, attoseconds) = (duration < .zero ? .zero - duration : duration).components
        var text = "\(duration < .zero ? "-" : "")\(seconds)"
        var decimals = String(attoseconds / 1_000_000_000)
        if decimals != "0" {
            decimals = String(repeating: "0", count: 9 - decimals.count) + decimals
            while decimals.hasSuffix("0") { decimals.removeLast() }
            text += ".\(decimals)"
        }
        return text + "s"
    }
}
