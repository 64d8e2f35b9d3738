// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// Redis' protocol, RESP2 and RESP3 (https://redis.io/docs/latest/develop/reference/protocol-spec/).
struct RedisCodec: WireCodec {
    static let maxDepth = 16
    static let maxElements = 1 << 20
    static let maxText = 8 << 20

    /// Whether the connection is one that listens to channels in RESP2, where what was published looks like a reply.
    var isSubscriber = false

    /// The bytes of commands, one behind the other.
    static func encode(_ commands: [[String]]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for command in commands {
            buffer.writeString("*\(command.count)\r\n")
            for word in command {
                buffer.writeString("$\(word.utf8.count)\r\n")
                buffer.writeString(word)
                buffer.writeString("\r\n")
            }
        }
        return buffer
    }

    mutating func next(_ buffer: inout ByteBuffer) throws -> WireMessage<RedisValue>? {
        var reader = RedisReader(buffer)
        guard let (value, isPush) = try reader.message() else { return nil }
        buffer.moveReaderIndex(to: reader.index)
        return isPush || isPublished(value) ? .push(value) : .reply(value)
    }

    private func isPublished(_ value: RedisValue) -> Bool {
        guard isSubscriber, let kind = value.elements?.first?.string else { return false }
        return kind == "message" || kind == "pmessage"
    }
}

/// Reads one value from the front of some bytes.
private struct RedisReader {
    private let bytes: ByteBuffer
    private(set) var index: Int

    init(_ bytes: ByteBuffer) {
        self.bytes = bytes
        index = bytes.readerIndex
    }

    /// The next value, and whether it is pushed.
    mutating func message() throws -> (value: RedisValue, isPush: Bool)? {
        let first = bytes.getInteger(at: index, as: UInt8.self)
        guard let value = try value(depth: 0) else { return nil }
        return (value, first == UInt8(ascii: ">"))
    }

    /// `nil`: it is not whole yet.
    private mutating func value(depth: Int) throws -> RedisValue? {
        guard depth <= RedisCodec.maxDepth else { throw fault("at most \(RedisCodec.maxDepth) levels", "more") }
        guard let line = try line(), let kind = line.first else { return nil }
        let rest = line.dropFirst()
        switch Character(Unicode.Scalar(kind)) {
        case "+", ",", "(": return .text(Array(rest))
        case "-": return .error(String(decoding: rest, as: UTF8.self))
        case ":": return .integer(try integer(rest))
        case "_": return .null
        case "#": return .integer(rest.first == UInt8(ascii: "t") ? 1 : 0)
        case "$": return try text(rest, skipping: 0)
        case "=": return try text(rest, skipping: 4)
        case "!":
            guard let text = try text(rest, skipping: 0) else { return nil }
            return .error(text.string ?? "an error that is no text")
        case "*", "~", ">": return try list(rest, of: 1, depth)
        case "%": return try list(rest, of: 2, depth)
        case "|":
            // An attribute, which says something of the value after it that nobody here needs.
            guard try list(rest, of: 2, depth) != nil else { return nil }
            return try value(depth: depth + 1)
        default: throw fault("a type of RESP3", String(decoding: line.prefix(20), as: UTF8.self))
        }
    }

    /// Up to the next line end, which is stepped over.
    private mutating func line() throws -> ArraySlice<UInt8>? {
        let view = bytes.viewBytes(at: index, length: bytes.writerIndex - index) ?? ByteBufferView()
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
            guard view.count <= 64 << 10 else { throw fault("a line end within 64 KiB", "none") }
            return nil
        }
        var line = Array(view[..<end])[...]
        guard line.popLast() == UInt8(ascii: "\r"), !line.isEmpty else { throw fault("a line with CR LF", "another") }
        index += line.count + 2
        return line
    }

    private mutating func text(_ length: ArraySlice<UInt8>, skipping prefix: Int) throws -> RedisValue? {
        let count = try integer(length)
        guard count >= 0 else { return .null }
        guard count <= RedisCodec.maxText, count >= prefix else {
            throw fault("a text of \(prefix) to \(RedisCodec.maxText) bytes", "one of \(count)")
        }
        guard let text = bytes.getBytes(at: index, length: Int(count)),
            let end = bytes.getBytes(at: index + Int(count), length: 2)
        else { return nil }
        guard end == [0x0d, 0x0a] else { throw fault("CR LF after a text", "another end") }
        index += Int(count) + 2
        return .text(Array(text.dropFirst(prefix)))
    }

    private mutating func list(_ length: ArraySlice<UInt8>, of width: Int64, _ depth: Int) throws -> RedisValue? {
        let count = try integer(length)
        guard count >= 0 else { return .null }
        guard count <= RedisCodec.maxElements else {
            throw fault("a list of at most \(RedisCodec.maxElements) elements", "one of \(count)")
        }
        var elements: [RedisValue] = []
        for _ in 0..<(count * width) {
            guard let element = try value(depth: depth + 1) else { return nil }
            elements.append(element)
        }
        return .list(elements)
    }

    private func integer(_ digits: ArraySlice<UInt8>) throws -> Int64 {
        let text = String(decoding: digits, as: UTF8.self)
        guard let number = Int64(text) else { throw fault("a number", String(text.prefix(20))) }
        return number
    }

    private func fault(_ expected: String, _ found: String) -> RPCError {
        RPCError(.internal, "read RESP: expected \(expected), found \(JSONValue.quoted(found))")
    }
}
