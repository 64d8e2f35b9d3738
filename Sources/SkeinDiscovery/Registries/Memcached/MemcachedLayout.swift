// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import SkeinCore

/// Under which keys a service's instances are: `prefix:service` holds the ids, percent-encoded, with spaces between;
/// `prefix:service:id` an instance as JSON. The prefix is the target's path, `skein` when there is none.
struct MemcachedLayout: Sendable, Hashable {
    /// What memcached takes.
    static let maxKey = 250

    /// An instance and when it was written, so that the latest of several servers' is known.
    struct Record: Codable, Sendable, Hashable {
        /// Milliseconds since 1970.
        var written: Int64
        var instance: InstanceRecord
    }

    private let prefix: String

    init(path: String) { prefix = EscapedText.escaped(path.isEmpty ? "skein" : path, keeping: "/@") }

    func index(_ service: String) throws -> String {
        try MemcachedLayout.checked("\(prefix):\(EscapedText.escaped(service, keeping: "/@"))")
    }

    /// An id as it stands in the index.
    static func name(_ id: String) -> String { EscapedText.escaped(id, keeping: "/@:[]") }

    func key(_ service: String, name: String) throws -> String {
        try MemcachedLayout.checked("\(try index(service)):\(name)")
    }

    private static func checked(_ key: String) throws -> String {
        guard key.utf8.count <= maxKey else {
            throw RPCError(.invalidArgument, "use \(key) as a key: memcached takes at most \(maxKey) bytes")
        }
        return key
    }

    static func names(in index: [UInt8]) -> [String] {
        String(decoding: index, as: UTF8.self).split(separator: " ").map(String.init)
    }

    static func json(_ instance: ServiceInstance, written: Int64) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let record = Record(written: written, instance: InstanceRecord(instance))
        return String(decoding: try encoder.encode(record), as: UTF8.self)
    }

    /// The instances that servers know, each as it was written last.
    static func union(_ lists: [[Record]]) -> [ServiceInstance] {
        var latest: [String: Record] = [:]
        for record in lists.joined() where (latest[record.instance.id]?.written ?? .min) < record.written {
            latest[record.instance.id] = record
        }
        return latest.values.map(\.instance.instance).sorted { $0.id < $1.id }
    }
}
