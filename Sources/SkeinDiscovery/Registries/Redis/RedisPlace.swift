// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// How the Redis server to ask is found.
protocol RedisPlace: Sendable {
    static var schemes: [String] { get }
    static var defaultPort: Int { get }
    /// Parameters of targets beside those of `RedisRegistry`.
    static var parameters: [String] { get }
    static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String)

    init(_ location: RegistryTarget, _ dialer: RedisDialer) throws

    /// What is left of the location's path for keys.
    var path: String { get }

    /// A connection that `body` makes with a dialer, to the server that can be written to.
    nonisolated(nonsending) func session(
        _ open: (RedisDialer, RegistryTarget.Node) async throws -> RedisSession
    ) async throws -> RedisSession

    /// The node turned out to be the wrong one.
    func failed(_ node: RegistryTarget.Node)
}

/// `redis://h1,h2/service`: one of these servers.
struct RedisNodes: RedisPlace {
    static let schemes = ["redis"]
    static let defaultPort = 6379
    static let parameters: [String] = []

    static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String) {
        try target.splittingLastPart()
    }

    let path: String
    private let dialer: RedisDialer
    private let rotation: NodeRotation

    init(_ location: RegistryTarget, _ dialer: RedisDialer) throws {
        path = location.path
        self.dialer = dialer
        rotation = NodeRotation(
            location, or: .init(host: "127.0.0.1", port: RedisNodes.defaultPort), seed: dialer.connector.context.seed)
    }

    nonisolated(nonsending) func session(
        _ open: (RedisDialer, RegistryTarget.Node) async throws -> RedisSession
    ) async throws -> RedisSession {
        try await rotation.first { try await open(dialer, $0) }
    }

    func failed(_ node: RegistryTarget.Node) { rotation.failed(node) }
}
