// SPDX-License-Identifier: Apache-2.0

/// In which order name servers are asked: as they are configured, but those that have not answered lately last.
struct DNSServerOrder: Sendable {
    /// How long one that did not answer is asked after the others.
    static let penalty: Duration = .seconds(30)

    private var failures: [HostPort: Duration] = [:]
    private var turn = 0

    /// `servers` in the order in which to ask them. `now` counts from any fixed moment.
    mutating func order(of servers: [HostPort], rotates: Bool, now: Duration) -> [HostPort] {
        failures = failures.filter { now - $0.value < DNSServerOrder.penalty }
        var all = servers
        if rotates, !servers.isEmpty {
            let first = turn % servers.count
            all = Array(servers.dropFirst(first) + servers.prefix(first))
            turn = first + 1
        }
        return all.filter { failures[$0] == nil } + all.filter { failures[$0] != nil }
    }

    mutating func failed(_ server: HostPort, now: Duration) { failures[server] = now }
    mutating func answered(_ server: HostPort) { failures[server] = nil }
}
