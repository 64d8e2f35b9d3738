// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

extension SplitMix64 {
    /// Whether something that happens `count` times of a hundred happens now.
    package mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<100, using: &self) < count }

    /// One of `elements`, of which there is at least one.
    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }
}

extension [UInt8] {
    package var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
