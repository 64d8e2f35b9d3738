// SPDX-License-Identifier: Apache-2.0

/// HTTP/2 frames by hand (RFC 9113), right or wrong.
enum Frames {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = frame(type: 4)
    static let hello = preface + settings

    static func frame(type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = UInt32(payload.count)
        return [UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8)]
            + [UInt8(truncatingIfNeeded: length), type, flags]
            + big(stream) + payload
    }

    static func data(_ stream: UInt32, _ payload: [UInt8], end: Bool = false) -> [UInt8] {
        frame(type: 0, flags: end ? 1 : 0, stream: stream, payload)
    }

    static func reset(_ stream: UInt32, code: UInt32 = 8) -> [UInt8] { frame(type: 3, stream: stream, big(code)) }

    /// A complete request head, without compression.
    static func request(_ stream: UInt32, _ extra: [(String, String)] = [], end: Bool = false) -> [UInt8] {
        var block = head.flatMap(literal)
        for field in extra { block += literal(field) }
        return frame(type: 1, flags: end ? 5 : 4, stream: stream, block)
    }

    static let head = [
        (":method", "POST"), (":scheme", "http"), (":path", "/test.Echo/Unary"), (":authority", "test"),
        ("content-type", "application/grpc"), ("te", "trailers"),
    ]

    /// A literal header field, not indexed, names and values shorter than 127 bytes or of any length (RFC 7541).
    static func literal(_ field: (String, String)) -> [UInt8] {
        [0] + string(field.0) + string(field.1)
    }

    private static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var prefix: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            prefix.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return prefix + [UInt8(rest)] + bytes
    }

    /// The complete frames at the start of `bytes`.
    static func parse(_ bytes: some Collection<UInt8>) -> [(type: UInt8, flags: UInt8, stream: UInt32)] {
        let bytes = Array(bytes)
        var frames: [(type: UInt8, flags: UInt8, stream: UInt32)] = []
        var offset = 0
        while offset + 9 <= bytes.count {
            let number = { (range: Range<Int>) in range.reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[offset + $1]) } }
            frames.append((bytes[offset + 3], bytes[offset + 4], number(5..<9)))
            offset += 9 + Int(number(0..<3))
        }
        return offset > bytes.count ? frames.dropLast() : frames
    }

    /// GOAWAY: streams above `last` were not processed.
    static func goAway(last: UInt32, code: UInt32 = 0) -> [UInt8] { frame(type: 7, big(last) + big(code)) }

    /// A header block of a response: head or trailers.
    static func headers(_ stream: UInt32, _ fields: [(String, String)], end: Bool = false) -> [UInt8] {
        frame(type: 1, flags: end ? 5 : 4, stream: stream, fields.flatMap(literal))
    }

    static let okHead = [(":status", "200"), ("content-type", "application/grpc")]

    /// A gRPC message; `length` is what its prefix says.
    static func message(_ content: [UInt8] = [65], flag: UInt8 = 0, length: Int? = nil) -> [UInt8] {
        [flag] + big(UInt32(truncatingIfNeeded: length ?? content.count)) + content
    }

    /// SETTINGS with one entry.
    static func setting(_ id: UInt8, _ value: UInt32) -> [UInt8] { frame(type: 4, [0, id] + big(value)) }

    static func windowUpdate(_ bytes: UInt32, stream: UInt32 = 0) -> [UInt8] {
        frame(type: 8, stream: stream, big(bytes))
    }

    static func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
