// SPDX-License-Identifier: Apache-2.0

/// Frames written and read by hand, for what a well-behaved session never sends.
struct RawFrame: Equatable {
    var type: UInt8
    var flags: UInt8
    var stream: Int
    var payload: [UInt8]

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    init(_ type: UInt8, flags: UInt8 = 0, stream: Int = 0, _ payload: [UInt8] = []) {
        self.type = type
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    var bytes: [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
            + RawFrame.word(stream) + payload
    }

    static func word(_ value: Int) -> [UInt8] {
        [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    var word: Int { payload.prefix(4).reduce(0) { $0 << 8 | Int($1) } }

    static func parse(_ bytes: [UInt8]) -> [RawFrame] {
        var frames: [RawFrame] = []
        var rest = bytes.starts(with: preface) ? bytes[preface.count...] : bytes[...]
        while rest.count >= 9 {
            let header = Array(rest.prefix(9))
            let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            let stream = header[5...].reduce(0) { $0 << 8 | Int($1) }
            frames.append(
                RawFrame(header[3], flags: header[4], stream: stream, Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    /// HPACK literals without indexing and without Huffman codes.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0x00] + text(name) + text(value) }
    }

    static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        if bytes.count < 127 { return [UInt8(bytes.count)] + bytes }
        var output: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            output.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return output + [UInt8(rest)] + bytes
    }

    static let callFields = [
        (":method", "POST"), (":scheme", "http"), (":path", "/test.Echo/Say"), (":authority", "localhost"),
        ("te", "trailers"), ("content-type", "application/grpc"),
    ]

    static func call(_ stream: Int, _ extra: [(String, String)] = [], end: Bool = false) -> RawFrame {
        RawFrame(Kind.headers, flags: end ? 5 : 4, stream: stream, block(callFields + extra))
    }

    static var hello: [UInt8] { preface + RawFrame(Kind.settings).bytes }
}
