// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// What a memcached server answers.
enum MemcachedReply: Sendable, Hashable {
    /// A value, and the number by which it is changed only if nobody else did.
    case value([UInt8], cas: UInt64)
    /// It was done.
    case done
    /// There is no such key.
    case missing
    /// It was not done: the key is there already, or is not, or was changed by somebody else.
    case refused
    case error(String)
}

/// Memcached's meta commands (doc/protocol.txt of its sources; from version 1.6 on).
struct MemcachedCodec: WireCodec {
    static let maxLine = 2048
    static let maxValue = 8 << 20

    mutating func next(_ buffer: inout ByteBuffer) throws -> WireMessage<MemcachedReply>? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")) else {
            guard view.count <= MemcachedCodec.maxLine else { throw MemcachedCodec.fault("a line", "a longer one") }
            return nil
        }
        let line = String(decoding: view[..<end].prefix(MemcachedCodec.maxLine), as: UTF8.self)
        let lineLength = end - view.startIndex + 1
        let words = line.split { $0 == " " || $0 == "\r\n" || $0 == "\r" }
        guard words.first == "VA" else {
            buffer.moveReaderIndex(forwardBy: lineLength)
            return .reply(try MemcachedCodec.reply(words))
        }
        guard words.count > 1, let size = Int(words[1]), (0...MemcachedCodec.maxValue).contains(size) else {
            throw MemcachedCodec.fault("a value of at most \(MemcachedCodec.maxValue) bytes", line)
        }
        guard buffer.readableBytes >= lineLength + size + 2 else { return nil }
        buffer.moveReaderIndex(forwardBy: lineLength)
        let value = buffer.readBytes(length: size) ?? []
        guard buffer.readBytes(length: 2) == [0x0d, 0x0a] else { throw MemcachedCodec.fault("CR LF", "another end") }
        let cas = words.dropFirst(2).first { $0.hasPrefix("c") }.flatMap { UInt64($0.dropFirst()) }
        return .reply(.value(value, cas: cas ?? 0))
    }

    private static func reply(_ words: [Substring]) throws -> MemcachedReply {
        switch words.first {
        case "HD", "STORED": return .done
        case "EN": return .missing
        case "NS", "EX", "NF": return .refused
        case "ERROR", "CLIENT_ERROR", "SERVER_ERROR": return .error(words.joined(separator: " "))
        default: throw fault("an answer to a meta command", words.joined(separator: " "))
        }
    }

    private static func fault(_ expected: String, _ found: String) -> RPCError {
        RPCError(.internal, "read memcached: expected \(expected), found \(JSONValue.quoted(String(found.prefix(60))))")
    }
}

/// What is asked of a memcached server.
enum MemcachedRequest: Sendable, Hashable {
    enum Mode: Sendable, Hashable {
        case set
        /// Only if there is no such key.
        case add
        /// Only if there is.
        case replace
        /// Only if it has not changed.
        case unchanged(UInt64)
    }

    case get(String)
    /// For `ttl` seconds; 0: for good.
    case store(String, value: String, ttl: Int, Mode)
    case delete(String)
    /// What lets a client in, where the server asks for it.
    case credentials(user: String, password: String)

    func write(_ buffer: inout ByteBuffer) {
        switch self {
        case .get(let key): buffer.writeString("mg \(key) v c\r\n")
        case .store(let key, let value, let ttl, let mode):
            let flag =
                switch mode {
                case .set: ""
                case .add: " ME"
                case .replace: " MR"
                case .unchanged(let cas): " C\(cas)"
                }
            buffer.writeString("ms \(key) \(value.utf8.count) T\(ttl)\(flag)\r\n\(value)\r\n")
        case .delete(let key): buffer.writeString("md \(key)\r\n")
        case .credentials(let user, let password):
            buffer.writeString("set auth 0 0 \(user.utf8.count + 1 + password.utf8.count)\r\n\(user) \(password)\r\n")
        }
    }
}
