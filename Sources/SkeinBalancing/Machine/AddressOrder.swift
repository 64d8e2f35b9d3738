// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// In which order a policy with one connection tries the addresses of all endpoints (gRFC A61, A62, A113).
enum AddressOrder {
    /// One endpoint for each address, with the attributes of its own; of equal addresses the first. IPv6 and IPv4
    /// alternate.
    static func flatten(_ endpoints: [Endpoint]) -> [Endpoint] {
        var seen: Set<EndpointAddress> = []
        var all: [(address: EndpointAddress, endpoint: Endpoint)] = []
        for endpoint in endpoints {
            for address in endpoint.addresses where seen.insert(address).inserted {
                var single = endpoint
                single.addresses = [address]
                all.append((address, single))
            }
        }
        return HappyEyeballs.interleave(all) { $0.address }.map(\.endpoint)
    }

    /// A random order in which an endpoint of twice the weight is twice as likely to come first, and so on for the
    /// rest (Efraimidis, Spirakis). A weight of 0 counts as 1.
    static func shuffle(_ endpoints: [Endpoint], _ random: inout SplitMix64) -> [Endpoint] {
        let drawn = endpoints.map { endpoint in
            (key: Draws.exponential(random.next()) / Double(max(endpoint.weight, 1)), endpoint: endpoint)
        }
        return drawn.sorted { $0.key < $1.key }.map(\.endpoint)
    }
}
