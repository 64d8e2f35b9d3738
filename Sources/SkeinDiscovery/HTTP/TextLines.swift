// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Puts lines together from the pieces in which a body arrives.
struct TextLines: Sendable {
    private var partial: [UInt8] = []
    private let limit: Int

    /// Lines of more than `limit` bytes are an error.
    init(limit: Int) { self.limit = limit }

    /// The lines that `bytes` complete, without their ends; empty lines are left out.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(RPCError) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 0x0a {
                if partial.last == 0x0d { partial.removeLast() }
                if !partial.isEmpty { lines.append(String(decoding: partial, as: UTF8.self)) }
                partial.removeAll(keepingCapacity: true)
            } else {
                guard partial.count < limit else {
                    throw RPCError(.resourceExhausted, "read a line: expected at most \(limit) bytes")
                }
                partial.append(byte)
            }
        }
        return lines
    }
}
