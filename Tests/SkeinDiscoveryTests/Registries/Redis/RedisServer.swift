// SPDX-License-Identifier: Apache-2.0
import SkeinCore

@testable import SkeinDiscovery

/// Real Redis servers of a test.
enum RedisServer {
    static func start(_ settings: [String] = []) async throws -> LocalServer {
        let server = try await LocalServer("redis-server", package: "redis-server") { directory, port in
            [
                "--port", "\(port)", "--dir", directory, "--save", "", "--bind", "127.0.0.1", "--enable-debug-command",
                "yes",
            ]
                + settings
        }
        try await server.start()
        return server
    }

    static var catalog: RegistryCatalog {
        RegistryCatalog(RedisRegistry<RedisNodes>.self, RedisRegistry<RedisSentinels>.self)
    }
}
