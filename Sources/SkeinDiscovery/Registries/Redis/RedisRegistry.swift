// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Logging
internal import SkeinCore

/// Instances as keys that expire in a Redis server, watched by what the server pushes when keys change.
struct RedisRegistry<Place: RedisPlace>: ServiceRegistry {
    static var schemes: [String] { Place.schemes }
    static var defaultPort: Int { Place.defaultPort }

    static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String) {
        try Place.locate(target)
    }

    let traits: RegistryTraits
    let layout: RedisLayout
    let context: RegistryContext
    private let place: Place
    private let path: String
    /// Whether a service is a plain list of `host:port`, which somebody else writes.
    let isPlainList: Bool
    private let slot = ConnectionSlot<RedisSession>(isOpen: \.connection.isOpen, close: { $0.connection.close() })

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try location.allowQuery(["config", "layout", "db", "resp"] + Place.parameters + RegistryTLS.parameters)
        self.context = context
        let connector = WireConnector(tls: try .of(location), context: context)
        var dialer = RedisDialer(connector: connector, user: location.user, password: location.password)
        // `redis://:password@host`
        if dialer.user == "" { dialer.user = nil }
        if let text = location.query["db"] {
            guard let number = Int(text), number >= 0 else { throw location.error("a number for db") }
            dialer.database = number
        }
        switch location.query["resp"] {
        case nil, "3": break
        case "2": dialer.version = 2
        default: throw location.error("2 or 3 for resp")
        }
        switch location.query["layout"] {
        case nil: isPlainList = false
        case "list": isPlainList = true
        default: throw location.error("list for layout, or no layout")
        }
        var traits = RegistryTraits(guardsShrinking: true)
        if isPlainList { traits.readOnlyReason = "with layout=list Redis is only read; leave it out to register" }
        self.traits = traits
        place = try Place(location, dialer)
        path = place.path
        layout = RedisLayout(path: path)
    }

    func close() async { slot.clear() }

    /// The replies to commands sent together, on the connection that all share.
    nonisolated(nonsending) func replies(to commands: [[String]]) async throws -> [RedisValue] {
        let session = try await slot.current {
            try await place.session { try await $0.open($1) }
        }
        let replies = try await session.replies(to: commands)
        if replies.contains(where: \.isWrongServer) {
            session.connection.close()
            place.failed(session.connection.node)
        }
        return replies
    }

    /// A connection of its own, for what is pushed to it.
    nonisolated(nonsending) func pushSession(
        _ changes: ChangedKeys, key: @escaping @Sendable (String) -> String
    ) async throws -> RedisSession {
        try await place.session { dialer, node in
            try await dialer.open(
                node, isSubscriber: true, onPush: { RedisRegistry.note($0, in: changes, key: key) },
                onClose: { changes.fail($0) })
        }
    }

    /// Notes what the server pushed: an invalidation (RESP3), or a message on a channel, whose text `key` turns into a
    /// key. Other things are ignored.
    private static func note(_ push: RedisValue, in changes: ChangedKeys, key: (String) -> String) {
        guard let parts = push.elements, parts.count > 1 else { return }
        switch parts[0].string {
        case "invalidate":
            guard let keys = parts[1].elements else {
                // Nothing instead of keys: the whole database was emptied.
                return changes.addEverything()
            }
            changes.add(keys.compactMap(\.string))
        case "message": changes.add(parts.count > 2 ? [key(parts[2].string ?? "")] : [])
        default: break
        }
    }

    /// The key of a plain list.
    func listKey(_ service: String) -> String { path.isEmpty ? service : "\(path)/\(service)" }
}

// MARK: registering

extension RedisRegistry {
    func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID {
        try checkWritable(instance)
        _ = try await write(instance, ttl, options: [])
        let index = layout.index(instance.service)
        // Those who cannot be told by the server itself listen there. A user that may not publish registers all the
        // same, and is seen a little later.
        _ = try await replies(to: [["PUBLISH", index, instance.id]])
        return LeaseID(layout.key(instance.service, instance.id))
    }

    /// Writes everything: a master that took over may have missed the last change.
    func renew(_ lease: LeaseID, of instance: ServiceInstance, ttl: Duration) async throws -> Renewal {
        try await write(instance, ttl, options: ["XX"]) ? .renewed : .lost
    }

    func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        try checkWritable(instance)
        let index = layout.index(instance.service)
        let commands = [
            ["MULTI"], ["DEL", layout.key(instance.service, instance.id)], ["ZREM", index, instance.id], ["EXEC"],
        ]
        let replies = try await replies(to: commands + [["PUBLISH", index, instance.id]])
        for reply in replies.prefix(commands.count) { _ = try reply.checked("deregister \(instance.id)") }
    }

    /// `false`: the options kept it from being written.
    private nonisolated(nonsending) func write(
        _ instance: ServiceInstance, _ ttl: Duration, options: [String]
    ) async throws -> Bool {
        let milliseconds = max(1, ttl.components.seconds * 1000 + ttl.components.attoseconds / 1_000_000_000_000_000)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let index = layout.index(instance.service)
        let json = try InstanceRecord(instance).json()
        // What is long over leaves the set. An hour: clocks differ, and who is still there comes back with its renewal.
        let over = now - 3_600_000
        let replies = try await replies(to: [
            ["MULTI"],
            ["SET", layout.key(instance.service, instance.id), json, "PX", String(milliseconds)] + options,
            ["ZADD", index, String(now + milliseconds), instance.id],
            ["ZREMRANGEBYSCORE", index, "-inf", String(over)],
            ["EXEC"],
        ])
        for reply in replies { _ = try reply.checked("write \(instance.id)") }
        guard let results = replies.last?.elements, let first = results.first else {
            throw RPCError(.internal, "write \(instance.id): expected the results of a transaction")
        }
        for result in results { _ = try result.checked("write \(instance.id)") }
        return first != .null
    }

    private func checkWritable(_ instance: ServiceInstance) throws {
        guard let reason = traits.readOnlyReason else { return }
        throw RPCError(.unimplemented, "register \(instance.id): \(reason)")
    }
}
