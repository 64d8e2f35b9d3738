// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Opens connections to Redis servers: HELLO, AUTH, SELECT.
struct RedisDialer: Sendable {
    var connector: WireConnector
    var user: String?
    var password: String?
    var database = 0
    /// The version of the protocol that is asked for.
    var version = 3

    /// `isSubscriber`: the connection is for channels, should it speak RESP2.
    nonisolated(nonsending) func open(
        _ node: RegistryTarget.Node, isSubscriber: Bool = false,
        onPush: @escaping @Sendable (RedisValue) -> Void = { _ in },
        onClose: @escaping @Sendable (any Error) -> Void = { _ in }
    ) async throws -> RedisSession {
        let codec = RedisCodec(isSubscriber: isSubscriber && version == 2)
        let connection = try await connector.connect(to: node, codec, onPush: onPush, onClose: onClose)
        do {
            guard try await greet(connection) else {
                connection.close()
                var older = self
                older.version = 2
                return try await older.open(node, isSubscriber: isSubscriber, onPush: onPush, onClose: onClose)
            }
            let session = RedisSession(connection: connection, version: version)
            if database != 0 { _ = try await session.reply(to: ["SELECT", String(database)]) }
            return session
        } catch {
            connection.close()
            throw error
        }
    }

    /// `false`: the server does not know this version of the protocol.
    private nonisolated(nonsending) func greet(_ connection: WireConnection<RedisCodec>) async throws -> Bool {
        let session = RedisSession(connection: connection, version: version)
        guard version == 3 else {
            guard let password else { return true }
            _ = try await session.reply(to: ["AUTH"] + (user.map { [$0] } ?? []) + [password])
            return true
        }
        let credentials = password.map { ["AUTH", user ?? "default", $0] } ?? []
        guard let reply = try await session.replies(to: [["HELLO", "3"] + credentials]).first else { return false }
        if case .error(let text) = reply, text.hasPrefix("NOPROTO") || text.hasPrefix("ERR unknown command") {
            return false
        }
        _ = try reply.checked("HELLO at \(connection.node)")
        return true
    }
}
