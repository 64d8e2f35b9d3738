// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

extension RedisRegistry: ServiceConfigStore {
    func text(at key: String) async throws -> StoredText {
        let reply = try await replies(to: [["GET", key]]).first ?? .null
        return StoredText(try reply.checked("read \(key)").string)
    }

    /// Whatever may have changed before the server tells of changes is looked at after the first heartbeat.
    func watchText(at key: String, after revision: Revision) async throws {
        let changes = ChangedKeys(clock: context.clock)
        let session = try await pushSession(changes) { $0 }
        defer { session.connection.close() }
        guard session.version >= 3 else {
            return try await context.clock.sleep(for: RedisRegistry.heartbeat)
        }
        _ = try await session.reply(to: ["CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", key])
        while true {
            let isTold = try await changes.signal.wait(atMost: RedisRegistry.heartbeat)
            guard isTold else { return }
            guard case .keys(let keys) = try changes.next(), !keys.contains(key) else { return }
        }
    }
}
