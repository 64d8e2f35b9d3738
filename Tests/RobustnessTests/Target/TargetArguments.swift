// SPDX-License-Identifier: Apache-2.0
import Skein

/// A command and its options, each a name and a value: `serve --port 0 --max-connections 100`.
struct TargetArguments: Sendable {
    let command: String
    private var values: [String: String] = [:]

    init(_ words: some Collection<String>) {
        let words = Array(words)
        command = words.first ?? ""
        for index in stride(from: 1, to: words.count - 1, by: 2) where words[index].hasPrefix("--") {
            values[String(words[index].dropFirst(2))] = words[index + 1]
        }
    }

    func text(_ name: String, _ fallback: String) -> String { values[name] ?? fallback }

    func number(_ name: String, _ fallback: Int) -> Int { values[name].flatMap { Int($0) } ?? fallback }

    /// Changes what is given, and leaves the rest at its default.
    func set(_ name: String, _ target: inout Int) { target = number(name, target) }

    /// In milliseconds.
    func set(_ name: String, _ target: inout Duration) {
        if let value = values[name].flatMap({ Int($0) }) { target = .milliseconds(value) }
    }

    func set(_ name: String, _ target: inout Duration?) {
        if let value = values[name].flatMap({ Int($0) }) { target = .milliseconds(value) }
    }
}
