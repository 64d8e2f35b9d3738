// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Host names as certain name servers know them. The machine's own files have no say, and names are complete.
struct RemoteHostLookup: AddressLookup {
    let client: DNSClient

    nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress] {
        try await answer(for: host, port: port).addresses(of: host)
    }

    nonisolated(nonsending) func answer(for host: String, port: Int) async throws -> AddressAnswer {
        if let address = HostPort(host: host, port: port).address { return AddressAnswer(addresses: [address]) }
        if HostLookup.isLocal(host) { return HostLookup.local(port: port) }
        return try await HostAddresses(client: client).answer(
            for: host, port: port, try await client.configuration())
    }
}
