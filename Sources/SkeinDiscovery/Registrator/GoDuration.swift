// SPDX-License-Identifier: Apache-2.0

/// Durations as Go writes them, and so Consul and Docker: `15s`, `1m30s`, `1.5h`, `500ms`.
enum GoDuration {
    private static let units: [(name: String, seconds: Double)] = [
        ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600),
    ]

    /// `nil` for what is none, negative, or longer than a year.
    static func parse(_ text: String) -> Duration? {
        var rest = text[...]
        var seconds = 0.0
        if rest.isEmpty { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard digits.count <= 20, let number = Double(digits) else { return nil }
            rest = rest[digits.endIndex...]
            let name = rest.prefix { !($0.isNumber || $0 == ".") }
            guard let unit = units.first(where: { $0.name == name }) else { return nil }
            seconds += number * unit.seconds
            rest = rest[name.endIndex...]
        }
        return seconds <= 366 * 86_400 ? .seconds(seconds) : nil
    }

    /// `nil` for what is shorter, too.
    static func parse(_ text: String, atLeast least: Duration) -> Duration? {
        parse(text).flatMap { $0 >= least ? $0 : nil }
    }
}
