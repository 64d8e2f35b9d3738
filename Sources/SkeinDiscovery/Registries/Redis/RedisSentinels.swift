// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `redis+sentinel://s1,s2,s3/master/service`: the server that sentinels say is the master. They are asked anew for
/// each connection.
struct RedisSentinels: RedisPlace {
    static let schemes = ["redis+sentinel"]
    static let defaultPort = 26379
    static let parameters = ["sentinel-user", "sentinel-password"]

    static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String) {
        guard target.path.contains("/") else { throw target.error("the master's name and a service as its path") }
        return try target.splittingLastPart()
    }

    let path: String
    private let master: String
    private let dialer: RedisDialer
    private let sentinelDialer: RedisDialer
    private let rotation: NodeRotation

    init(_ location: RegistryTarget, _ dialer: RedisDialer) throws {
        let parts = location.path.split(separator: "/").map(String.init)
        guard let master = parts.first else { throw location.error("the name of the master as its path") }
        self.master = master
        path = parts.dropFirst().joined(separator: "/")
        self.dialer = dialer
        var sentinels = dialer
        (sentinels.user, sentinels.password) = (location.query["sentinel-user"], location.query["sentinel-password"])
        sentinels.database = 0
        sentinelDialer = sentinels
        let fallback = RegistryTarget.Node(host: "127.0.0.1", port: RedisSentinels.defaultPort)
        rotation = NodeRotation(location, or: fallback, seed: dialer.connector.context.seed)
    }

    nonisolated(nonsending) func session(
        _ open: (RedisDialer, RegistryTarget.Node) async throws -> RedisSession
    ) async throws -> RedisSession {
        try await rotation.first { sentinel in
            let session = try await open(dialer, try await address(sentinel))
            guard try await isMaster(session) else {
                session.connection.close()
                throw RPCError(
                    .unavailable, "ask \(session.connection.node): sentinel \(sentinel) calls it master, and it is none"
                )
            }
            return session
        }
    }

    func failed(_ node: RegistryTarget.Node) {}

    private nonisolated(nonsending) func address(_ sentinel: RegistryTarget.Node) async throws -> RegistryTarget.Node {
        let session = try await sentinelDialer.open(sentinel)
        defer { session.connection.close() }
        let reply = try await session.reply(to: ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", master])
        guard let parts = reply.elements?.compactMap(\.string), parts.count == 2, let port = Int(parts[1]),
            (1...65535).contains(port)
        else {
            throw RPCError(.notFound, "ask sentinel \(sentinel): it knows no master \(JSONValue.quoted(master))")
        }
        return RegistryTarget.Node(host: parts[0], port: port)
    }

    /// A master that lost its place says so as soon as it can be reached. Users that may not ask are not told.
    private nonisolated(nonsending) func isMaster(_ session: RedisSession) async throws -> Bool {
        let reply = try await session.replies(to: [["ROLE"]]).first
        guard let role = reply?.elements?.first?.string else { return true }
        return role == "master"
    }
}
