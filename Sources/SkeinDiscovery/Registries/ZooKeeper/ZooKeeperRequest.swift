// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// What is asked of a ZooKeeper server (zookeeper.jute of ZooKeeper's sources).
enum ZooKeeperRequest: Sendable, Hashable {
    /// Who may do what with a node.
    enum Access: Sendable, Hashable {
        /// Anyone, anything.
        case open
        /// Those who gave this session's credentials anything, everyone else only read.
        case owned
    }

    case create(String, data: String, isEphemeral: Bool, Access)
    case delete(String)
    case exists(String, watch: Bool)
    case data(String, watch: Bool)
    case setData(String, data: String)
    case children(String, watch: Bool)
    /// Of the node and everything below it, until it is removed. From ZooKeeper 3.6 on.
    case addWatch(String)
    case removeWatch(String)
    case closeSession

    static let pingFrame = frame(xid: -2, type: 11) { _ in }

    static func authFrame(user: String, password: String) -> ByteBuffer {
        frame(xid: -4, type: 100) { writer in
            writer.int(0)
            writer.text("digest")
            writer.text("\(user):\(password)")
        }
    }

    /// The first thing that a client says. An `id` of 0 asks for a new session.
    static func connectFrame(_ session: ZooKeeperIdentity, timeout: Duration, lastZxid: Int64) -> ByteBuffer {
        var writer = JuteWriter()
        writer.int(0)
        writer.long(lastZxid)
        let milliseconds = timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
        writer.int(Int32(clamping: milliseconds))
        writer.long(session.id)
        writer.bytes(session.password)
        writer.bool(false)
        return writer.frame
    }

    func frame(xid: Int32) -> ByteBuffer { ZooKeeperRequest.frame(xid: xid, type: type, write) }

    private static func frame(xid: Int32, type: Int32, _ body: (inout JuteWriter) -> Void) -> ByteBuffer {
        var writer = JuteWriter()
        writer.int(xid)
        writer.int(type)
        body(&writer)
        return writer.frame
    }

    private var type: Int32 {
        switch self {
        case .create: 1
        case .delete: 2
        case .exists: 3
        case .data: 4
        case .setData: 5
        case .children: 12
        case .removeWatch: 18
        case .addWatch: 106
        case .closeSession: -11
        }
    }

    /// For errors.
    var label: String {
        switch self {
        case .create(let path, _, _, _): "create \(path)"
        case .delete(let path): "delete \(path)"
        case .exists(let path, _), .data(let path, _): "read \(path)"
        case .setData(let path, _): "write \(path)"
        case .children(let path, _): "list \(path)"
        case .addWatch(let path), .removeWatch(let path): "watch \(path)"
        case .closeSession: "close the session"
        }
    }

    private func write(_ writer: inout JuteWriter) {
        switch self {
        case .create(let path, let data, let isEphemeral, let access):
            writer.text(path)
            writer.text(data)
            access.write(&writer)
            writer.int(isEphemeral ? 1 : 0)
        case .delete(let path):
            writer.text(path)
            writer.int(-1)
        case .exists(let path, let watch), .data(let path, let watch), .children(let path, let watch):
            writer.text(path)
            writer.bool(watch)
        case .setData(let path, let data):
            writer.text(path)
            writer.text(data)
            writer.int(-1)
        case .addWatch(let path):
            writer.text(path)
            writer.int(1)
        case .removeWatch(let path):
            writer.text(path)
            writer.int(3)
        case .closeSession: break
        }
    }
}

extension ZooKeeperRequest.Access {
    fileprivate func write(_ writer: inout JuteWriter) {
        let (read, all): (Int32, Int32) = (1, 31)
        let entries: [(Int32, String, String)] =
            switch self {
            case .open: [(all, "world", "anyone")]
            case .owned: [(all, "auth", ""), (read, "world", "anyone")]
            }
        writer.int(Int32(entries.count))
        for (permissions, scheme, id) in entries {
            writer.int(permissions)
            writer.text(scheme)
            writer.text(id)
        }
    }
}

/// A session's name and the proof that it is ours.
struct ZooKeeperIdentity: Sendable, Hashable {
    var id: Int64 = 0
    var password = [UInt8](repeating: 0, count: 16)
}
