// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// What a ZooKeeper server sends.
enum ZooKeeperReply: Sendable {
    /// The answer to the first message. A timeout of 0: the session that was named is over.
    case session(ZooKeeperIdentity, timeout: Duration)
    case answer(ZooKeeperAnswer)
    /// Something that is watched has changed. Without a path it is about the session.
    case event(path: String)
    case pong
}

/// The answer to a request.
struct ZooKeeperAnswer: Sendable {
    static let noNode: Int32 = -101
    static let nodeExists: Int32 = -110
    static let unimplemented: Int32 = -6

    var xid: Int32
    /// Where in the ensemble's history it happened.
    var zxid: Int64
    /// 0: it was done.
    var error: Int32
    var body: ByteBuffer

    /// Throws when the request was refused, unless for one of the reasons in `except`.
    func check(_ request: ZooKeeperRequest, except: Int32...) throws {
        guard error != 0, !except.contains(error) else { return }
        let (code, text): (StatusCode, String) =
            switch error {
            case Self.noNode: (.notFound, "no such node")
            case -102: (.permissionDenied, "no permission")
            case -115: (.unauthenticated, "the credentials are wrong")
            case Self.nodeExists: (.alreadyExists, "the node exists")
            case -112: (.unavailable, "the session is over")
            case -118: (.unavailable, "the session moved to another server")
            case -4: (.unavailable, "the connection is lost")
            case -8: (.invalidArgument, "the server takes no such path")
            case Self.unimplemented: (.unimplemented, "the server cannot do that")
            default: (.internal, "error \(error)")
            }
        throw RPCError(code, "\(request.label): \(text)")
    }

    var stat: ZooKeeperStat {
        get throws {
            var reader = JuteReader(body)
            return try ZooKeeperStat(&reader)
        }
    }

    /// The names of a node's children.
    var children: [String] {
        get throws {
            var reader = JuteReader(body)
            return try reader.texts()
        }
    }

    /// A node's data.
    var data: [UInt8] {
        get throws {
            var reader = JuteReader(body)
            return try reader.bytes()
        }
    }
}

/// What is known of a node.
struct ZooKeeperStat: Sendable, Hashable {
    /// When it was created.
    var czxid: Int64
    /// When its data was written.
    var mzxid: Int64
    /// The session with which it goes; 0: none.
    var ephemeralOwner: Int64

    init(_ reader: inout JuteReader) throws {
        czxid = try reader.long()
        mzxid = try reader.long()
        for _ in 0..<2 { _ = try reader.long() }
        for _ in 0..<3 { _ = try reader.int() }
        ephemeralOwner = try reader.long()
    }
}

/// Frames with their length in front; the first one is about the session.
struct ZooKeeperCodec: WireCodec {
    /// What a server takes and sends at most is about 1 MiB, unless it is set up otherwise.
    static let maxFrame: Int32 = 8 << 20

    private var hasSession = false

    mutating func next(_ buffer: inout ByteBuffer) throws -> WireMessage<ZooKeeperReply>? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: Int32.self) else { return nil }
        guard (0...ZooKeeperCodec.maxFrame).contains(length) else {
            throw JuteReader.fault("a frame of at most \(ZooKeeperCodec.maxFrame) bytes")
        }
        guard let frame = buffer.getSlice(at: buffer.readerIndex + 4, length: Int(length)) else { return nil }
        buffer.moveReaderIndex(forwardBy: 4 + Int(length))
        guard hasSession else {
            hasSession = true
            return .reply(try ZooKeeperCodec.session(frame))
        }
        return try ZooKeeperCodec.message(frame)
    }

    private static func session(_ frame: ByteBuffer) throws -> ZooKeeperReply {
        var reader = JuteReader(frame)
        _ = try reader.int()
        let timeout = Duration.milliseconds(try reader.int())
        return .session(ZooKeeperIdentity(id: try reader.long(), password: try reader.bytes()), timeout: timeout)
    }

    private static func message(_ frame: ByteBuffer) throws -> WireMessage<ZooKeeperReply> {
        var frame = frame
        guard let (xid, zxid, error) = frame.readMultipleIntegers(as: (Int32, Int64, Int32).self) else {
            throw JuteReader.fault("the header of an answer")
        }
        switch xid {
        case -1:
            var reader = JuteReader(frame)
            _ = (try reader.int(), try reader.int())
            return .push(.event(path: try reader.text()))
        case -2: return .push(.pong)
        default: return .reply(.answer(ZooKeeperAnswer(xid: xid, zxid: zxid, error: error, body: frame)))
        }
    }
}
