// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no message.
struct DNSMalformed: Error, Hashable, CustomStringConvertible {
    /// Where, counted from the start of the message.
    var offset: Int
    var expected: String

    var description: String { "expected \(expected) at byte \(offset)" }
}

/// Takes a message apart from its start to its end. Whatever the bytes are, it ends: each pointer within a name must
/// lead further to the front than the one before.
struct DNSReader: Sendable {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    func error(_ expected: String) -> DNSMalformed { DNSMalformed(offset: position, expected: expected) }

    mutating func take(_ count: Int) throws(DNSMalformed) -> [UInt8] {
        guard count <= bytes.count - position else { throw error("\(count) bytes more") }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func uint16() throws(DNSMalformed) -> UInt16 { try take(2).reduce(0) { $0 << 8 | UInt16($1) } }

    mutating func uint32() throws(DNSMalformed) -> UInt32 { try take(4).reduce(0) { $0 << 8 | UInt32($1) } }

    /// A name, and what its pointers lead to (RFC 1035 section 4.1.4).
    mutating func name() throws(DNSMalformed) -> DNSName {
        var labels: [[UInt8]] = []
        var length = 1
        var place = position
        // Where the name ends in the message: behind its first pointer, if it has one.
        var end: Int?
        var limit = position
        while true {
            guard place < bytes.count else { throw error("a name that ends within the message") }
            let byte = Int(bytes[place])
            switch byte & 0xc0 {
            case 0x00 where byte == 0:
                guard let name = DNSName(labels: labels) else { throw error("a name of valid labels") }
                position = end ?? place + 1
                return name
            case 0x00:
                length += byte + 1
                guard length <= DNSName.maxBytes else { throw error("a name of at most \(DNSName.maxBytes) bytes") }
                guard place + 1 + byte <= bytes.count else { throw error("a label that ends within the message") }
                labels.append(Array(bytes[place + 1..<place + 1 + byte]))
                place += 1 + byte
            case 0xc0:
                guard place + 1 < bytes.count else { throw error("a whole pointer") }
                end = end ?? place + 2
                place = (byte & 0x3f) << 8 | Int(bytes[place + 1])
                guard place < limit else { throw error("a pointer towards the front") }
                limit = place
            default: throw error("a label or a pointer")
            }
        }
    }
}
