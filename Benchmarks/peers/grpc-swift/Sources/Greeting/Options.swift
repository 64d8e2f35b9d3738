// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The number after `name` on the command line, or `fallback` without it.
public func option(_ name: String, _ fallback: Int) -> Int {
    guard let index = CommandLine.arguments.firstIndex(of: name) else { return fallback }
    guard let word = CommandLine.arguments.dropFirst(index + 1).first, let number = Int(word), number >= 0 else {
        print("option \(name) needs a number")
        exit(2)
    }
    return number
}
