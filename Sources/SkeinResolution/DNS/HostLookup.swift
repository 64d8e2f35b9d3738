// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Host names as this machine finds them: in its hosts file and from its name servers, which say how long an answer
/// holds. Where the machine is set up to ask anybody else, the system's own lookup is left to do it.
package struct HostLookup: AddressLookup {
    let files: NameFiles
    let client: DNSClient
    let system: any AddressLookup
    let pool: BlockingPool

    package static let shared = HostLookup(
        files: NameFiles(), client: .machine, system: SystemAddressLookup(pool: .shared), pool: .shared)

    package nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress] {
        try await answer(for: host, port: port).addresses(of: host)
    }

    package nonisolated(nonsending) func answer(for host: String, port: Int) async throws -> AddressAnswer {
        if let address = HostPort(host: host, port: port).address { return AddressAnswer(addresses: [address]) }
        let content = try await pool.run { [files] in files.read() }
        var last: AddressAnswer?
        for source in HostLookup.sources(host, content) {
            switch source {
            case .system: return try await system.answer(for: host, port: port)
            case .files:
                let numbers = await AddressOrder.sorted(content.hosts.addresses(of: host))
                if !numbers.isEmpty { return AddressAnswer(addresses: numbers.map { $0.address(port: port) }) }
            case .dns where !HostLookup.isLocal(host):
                let answer = try await HostAddresses(client: client).answer(
                    for: host, port: port, content.configuration)
                guard answer.addresses.isEmpty else { return answer }
                last = answer
            case .dns: break
            }
        }
        if HostLookup.isLocal(host) { return HostLookup.local(port: port) }
        return last ?? AddressAnswer(addresses: [], denial: "look up \(host): not in \(files.hosts)")
    }

    private static func sources(_ host: String, _ content: NameFiles.Content) -> [NameServiceOrder.Source] {
        #if canImport(Darwin)
            return isLocal(host) ? [.files] : [.system]
        #else
            return isLocal(host) ? [.files] : content.order.sources(for: host, hostName: content.hostName)
        #endif
    }

    /// Whether a name is that of this machine wherever it is asked for (RFC 6761 section 6.3). No name server hears of it.
    static func isLocal(_ host: String) -> Bool {
        let name = (host.hasSuffix(".") ? String(host.dropLast()) : host).lowercased()
        return name == "localhost" || name.hasSuffix(".localhost")
    }

    static func local(port: Int) -> AddressAnswer {
        AddressAnswer(addresses: [.ipv6("::1", port: port), .ipv4("127.0.0.1", port: port)])
    }
}

extension DNSClient {
    /// Asks the name servers that this machine is set up with.
    package static let machine = DNSClient(NameFiles(), on: .shared)
}
