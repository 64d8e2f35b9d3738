// SPDX-License-Identifier: Apache-2.0

/// An open connection to a Redis server that has let us in.
struct RedisSession: Sendable {
    let connection: WireConnection<RedisCodec>
    /// Of the protocol: 3, or 2 with a server that knows no other.
    let version: Int

    /// The replies to commands that are sent together. Errors among them are values.
    nonisolated(nonsending) func replies(to commands: [[String]]) async throws -> [RedisValue] {
        try await connection.ask(RedisCodec.encode(commands), replies: commands.count)
    }

    /// The reply to one command; throws when it is an error.
    nonisolated(nonsending) func reply(to command: [String]) async throws -> RedisValue {
        let replies = try await replies(to: [command])
        return try (replies.first ?? .null).checked("\(command.first ?? "") at \(connection.node)")
    }
}
