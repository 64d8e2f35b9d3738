// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SkeinCore
import Synchronization

/// Which calls were seen: each carries its number as a word that is found in the bytes of a connection, too.
final class SeenCalls: Sendable {
    private let numbers = Mutex<Set<Int>>([])

    static func word(_ number: Int) -> String {
        let digits = String(number)
        return "<call" + String(repeating: "0", count: 8 - digits.count) + digits + ">"
    }

    private static let start = Array("<call".utf8)

    func contains(_ number: Int) -> Bool { numbers.withLock { $0.contains(number) } }
    var count: Int { numbers.withLock { $0.count } }

    /// Notes each call of which the word is in `bytes`; a word may be cut in two: such a call is not noted.
    func note(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { bytes in
            var found: [Int] = []
            var offset = 0
            while offset + 14 <= bytes.count {
                // Most bytes are no start of a word.
                guard bytes[offset] == Self.start[0], bytes[offset..<offset + 5].elementsEqual(Self.start) else {
                    offset += 1
                    continue
                }
                let digits = String(decoding: bytes[(offset + 5)..<(offset + 13)], as: UTF8.self)
                if let number = Int(digits) { found.append(number) }
                offset += 14
            }
            if !found.isEmpty { numbers.withLock { $0.formUnion(found) } }
        }
    }

    func note(_ text: String) { note(ByteBuffer(string: text)) }
}
