// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution

extension RedisRegistry {
    /// How often a connection that only listens is tried, and where the server pushes nothing, the service listed.
    static var heartbeat: Duration { .seconds(5) }

    func list(_ service: String) async throws -> Listing { Listing(try await keyed(service).map(\.instance)) }

    /// The instances with their keys.
    private nonisolated(nonsending) func keyed(
        _ service: String
    ) async throws -> [(key: String, instance: ServiceInstance)] {
        if isPlainList {
            let key = listKey(service)
            let reply = try await replies(to: [["LRANGE", key, "0", "-1"]]).first ?? .null
            let (instances, odd) = RedisLayout.instances(
                of: service, in: try reply.checked("list \(key)").elements ?? [])
            if !odd.isEmpty { context.logger.warning("leave out of \(key) what is no host:port: \(odd.prefix(5))") }
            return instances.map { (key, $0) }
        }
        let index = layout.index(service)
        let reply = try await replies(to: [["ZRANGE", index, "0", "-1"]]).first ?? .null
        let ids = try reply.checked("list \(index)").elements?.compactMap(\.string) ?? []
        let keys = ids.map { layout.key(service, $0) }
        return zip(keys, try await instances(keys)).compactMap { key, instance in instance.map { (key, $0) } }
    }

    /// What stands under each key; `nil` for nothing, or nothing that can be read.
    private nonisolated(nonsending) func instances(_ keys: [String]) async throws -> [ServiceInstance?] {
        guard !keys.isEmpty else { return [] }
        let reply = try await replies(to: [["MGET"] + keys]).first ?? .null
        let values = try reply.checked("read \(keys.count) instances").elements ?? []
        guard values.count == keys.count else {
            throw RPCError(.internal, "read \(keys.count) instances: found \(values.count)")
        }
        return zip(keys, values).map { key, value in
            guard case .text(let json) = value else { return nil }
            do {
                return try InstanceRecord(json: json).instance
            } catch {
                context.logger.warning("leave out \(key): expected an instance as JSON: \(error)")
                return nil
            }
        }
    }

    func watch(_ service: String, after revision: Revision, _ feed: ChangeFeed) async throws {
        let changes = ChangedKeys(clock: context.clock)
        let session = try await pushSession(changes) { [layout] in layout.key(service, $0) }
        defer { session.connection.close() }
        if session.version >= 3 {
            let prefix = isPlainList ? listKey(service) : layout.start(service)
            _ = try await session.reply(to: ["CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", prefix])
        } else {
            _ = try await session.reply(to: ["SUBSCRIBE", layout.index(service)])
        }
        // From here on the server tells of every change; those before are in the list.
        var known = try await tellAll(service, feed)
        while true {
            let isTold = try await changes.signal.wait(atMost: RedisRegistry.heartbeat)
            if !isTold { _ = try await session.reply(to: ["PING"]) }
            let change = try changes.next()
            switch change {
            case .keys(let keys) where isTold && !isPlainList: try await tell(keys, &known, feed)
            case .keys where !isTold && session.version >= 3: break
            default: known = try await tellAll(service, feed)
            }
        }
    }

    /// The ids by key.
    private nonisolated(nonsending) func tellAll(
        _ service: String, _ feed: ChangeFeed
    ) async throws -> [String: String] {
        let all = try await keyed(service)
        feed(.listed(Listing(all.map(\.instance))))
        return Dictionary(all.map { ($0.key, $0.instance.id) }, uniquingKeysWith: { $1 })
    }

    private nonisolated(nonsending) func tell(
        _ keys: [String], _ known: inout [String: String], _ feed: ChangeFeed
    ) async throws {
        var (changed, removed): ([ServiceInstance], [String]) = ([], [])
        for (key, instance) in zip(keys, try await instances(keys)) {
            if let id = known[key], id != instance?.id { removed.append(id) }
            if let instance { changed.append(instance) }
            known[key] = instance?.id
        }
        feed(.updated(changed, removed: removed))
    }
}
