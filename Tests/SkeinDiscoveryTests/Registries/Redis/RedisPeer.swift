// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Redis' own client, as somebody else who uses the same server.
struct RedisPeer {
    private let program: String
    private let port: Int

    init(_ server: LocalServer) throws {
        program = try LocalServer.path("redis-cli", package: "redis-tools")
        port = server.port
    }

    @discardableResult
    func run(_ command: String...) async throws -> [String] {
        let (lines, status) = try await ChildProcess(program, ["-p", "\(port)"] + command).finish()
        try #require(status == 0, "\(command): \(lines)")
        return lines
    }
}
