// SPDX-License-Identifier: Apache-2.0

/// Which name servers are asked, and how.
struct DNSConfiguration: Sendable, Hashable {
    /// Numbers and ports, in order of preference; never empty.
    var servers: [HostPort]
    /// What is put behind a name that is not complete.
    var search: [DNSName] = []
    /// A name with fewer dots is tried with `search` first.
    var ndots = 1
    /// For one server's answer.
    var timeout: Duration = .seconds(5)
    /// How often all servers are asked.
    var attempts = 2
    /// Each question starts with another server.
    var rotates = false
    /// Ask by TCP only.
    var usesStreams = false

    init(servers: [HostPort]) { self.servers = servers }

    init(_ file: ResolvConf, port: Int) {
        servers = file.servers.map { HostPort(host: $0, port: port) }
        search = file.search
        ndots = file.ndots
        timeout = .seconds(file.timeout)
        attempts = file.attempts
        rotates = file.rotates
        usesStreams = file.usesStreams
    }

    static let port = 53

    /// The complete names that `host` may stand for, in the order in which they are tried; empty when it is none. A dot
    /// at the end says that it is complete.
    func candidates(_ host: String) -> [DNSName] {
        guard let name = DNSName(host) else { return [] }
        guard !host.hasSuffix(".") else { return [name] }
        let longer = search.compactMap { name + $0 }.filter { $0 != name }
        return name.labels.count - 1 >= ndots ? [name] + longer : longer + [name]
    }
}
