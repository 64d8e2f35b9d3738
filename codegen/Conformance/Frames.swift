// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Messages on a pipe, each behind its length as four bytes, little-endian.
struct Frames {
    /// The input ended within a message.
    struct Truncated: Error, CustomStringConvertible {
        let got: Int
        let expected: Int
        var description: String { "read \(got) bytes, then the input ended; expected \(expected)" }
    }

    let input: FileHandle
    let output: FileHandle

    /// The next message; `nil` at the end of the input.
    func next() throws -> Data? {
        let header = try read(4)
        if header.isEmpty { return nil }
        guard header.count == 4 else { throw Truncated(got: header.count, expected: 4) }
        let count = header.reversed().reduce(0) { $0 << 8 | Int($1) }
        let message = try read(count)
        guard message.count == count else { throw Truncated(got: message.count, expected: count) }
        return message
    }

    func write(_ message: [UInt8]) throws {
        let count = UInt32(message.count)
        let header = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: count >> $0) }
        try output.write(contentsOf: Data(header + message))
    }

    /// `count` bytes, or fewer at the end of the input.
    private func read(_ count: Int) throws -> Data {
        var data = Data()
        while data.count < count, let more = try input.read(upToCount: count - data.count), !more.isEmpty {
            data += more
        }
        return data
    }
}
