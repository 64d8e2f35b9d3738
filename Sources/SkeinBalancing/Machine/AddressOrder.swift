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
    /// rest. A weight of 0 counts as 1.
    static func shuffle(_ endpoints: [Endpoint], _ random: inout SplitMix64) -> [Endpoint] {
        var left = endpoints
        var order: [Endpoint] = []
        order.reserveCapacity(left.count)
        var total = left.reduce(UInt64(0)) { $0 + weight($1) }
        while left.count > 1 {
            var point = UInt64.random(in: 0..<total, using: &random)
            var chosen = 0
            while point >= weight(left[chosen]) {
                point -= weight(left[chosen])
                chosen += 1
            }
            total -= weight(left[chosen])
            order.append(left[chosen])
            left.swapAt(chosen, left.count - 1)
            left.removeLast()
        }
        return order + left
    }

    private static func weight(_ endpoint: Endpoint) -> UInt64 { UInt64(max(endpoint.weight, 1)) }
}
