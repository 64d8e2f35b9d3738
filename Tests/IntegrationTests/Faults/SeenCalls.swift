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
    private static let length = 14

    func contains(_ number: Int) -> Bool { numbers.withLock { $0.contains(number) } }

    func note(_ text: String) { read(text.utf8) }

    /// Notes each call of which the word is in `bytes`; what may be the start of another one is returned.
    @discardableResult
    fileprivate func read(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        var found: [Int] = []
        var offset = 0
        while let start = bytes[offset...].firstIndex(of: Self.start[0]), start + Self.length <= bytes.count {
            offset = start + 1
            guard bytes[start..<start + 5].elementsEqual(Self.start) else { continue }
            if let number = Int(String(decoding: bytes[(start + 5)..<(start + 13)], as: UTF8.self)) {
                found.append(number)
            }
        }
        if !found.isEmpty { numbers.withLock { $0.formUnion(found) } }
        return Array(bytes.suffix(min(bytes.count - offset, Self.length - 1)))
    }

    /// Looks for calls in what a connection carries. On its event loop.
    final class Watch {
        private let calls: SeenCalls
        private var rest: [UInt8] = []

        init(_ calls: SeenCalls) { self.calls = calls }

        func saw(_ bytes: ByteBuffer) { rest = calls.read(rest + bytes.readableBytesView) }
    }
}
