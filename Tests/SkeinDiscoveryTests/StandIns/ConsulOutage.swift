// SPDX-License-Identifier: Apache-2.0

/// What keeps the servers behind a Consul agent from answering its queries.
enum ConsulOutage: Sendable {
    /// They have no leader.
    case noLeader
    /// The leader is dead, and the server that was asked does not know it yet.
    case deadLeader
    /// The server that the agent asks is dead.
    case deadServer

    /// What a query is answered; `nil`: as ever.
    func answer(isStale: Bool) -> StandInServer.Answer? {
        let refused =
            "rpc error getting client: failed to get conn: dial tcp 127.0.0.1:0->127.0.0.1:8300: connect: connection refused"
        return switch self {
        case .deadServer: .text(500, refused)
        // Any server that lives answers these.
        case _ where isStale: nil
        case .deadLeader: .text(500, "rpc error making call: \(refused)")
        case .noLeader: .text(500, "rpc error making call: No cluster leader")
        }
    }
}
