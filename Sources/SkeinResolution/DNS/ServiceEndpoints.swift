// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// SRV records (RFC 2782) as endpoints.
enum ServiceEndpoints {
    /// A record and the addresses of its target.
    struct Server: Sendable {
        var service: DNSRecord.Service
        var numbers: [IPNumber]
    }

    /// What weights are multiplied by where whole numbers would not do.
    private static let scale: UInt32 = 100

    /// One endpoint for each server, in the order of their priorities. A target with one address of each family is one
    /// server; one with more of a family is several, which share the record's weight.
    static func make(_ servers: [Server]) -> [Endpoint] {
        let priorities = Set(servers.map(\.service.priority)).sorted()
        // Priorities have 8 bits here. Where they do not fit, their ranks do.
        let isRanked = (priorities.last ?? 0) > UInt16(UInt8.max)
        let groups = Dictionary(grouping: servers, by: \.service.priority)
        let weighed = Set(groups.filter { $0.value.contains { $0.service.weight > 0 } }.keys)
        let isScaled = servers.contains { server in
            parts(server).count > 1 || (server.service.weight == 0 && weighed.contains(server.service.priority))
        }
        var endpoints: [Endpoint] = []
        for priority in priorities {
            let rank = isRanked ? priorities.firstIndex(of: priority) ?? 0 : Int(priority)
            for server in groups[priority] ?? [] {
                let parts = parts(server)
                let weight = weight(server.service, isWeighed: weighed.contains(priority), isScaled, parts.count)
                endpoints += parts.map { addresses in
                    Endpoint(addresses: addresses, weight: weight, priority: UInt8(min(rank, Int(UInt8.max))))
                }
            }
        }
        return endpoints
    }

    private static func parts(_ server: Server) -> [[EndpointAddress]] {
        let addresses = server.numbers.map { $0.address(port: Int(server.service.port)) }
        let isOne = server.numbers.filter(\.isIPv4).count <= 1 && server.numbers.filter { !$0.isIPv4 }.count <= 1
        return addresses.isEmpty ? [] : isOne ? [addresses] : addresses.map { [$0] }
    }

    /// Weight 0 among others means hardly ever; where all have it, all are the same.
    private static func weight(
        _ service: DNSRecord.Service, isWeighed: Bool, _ isScaled: Bool, _ parts: Int
    ) -> UInt32 {
        let weight = isWeighed ? UInt32(service.weight) : 1
        return max(1, isScaled ? weight * scale / UInt32(max(1, parts)) : weight)
    }
}
