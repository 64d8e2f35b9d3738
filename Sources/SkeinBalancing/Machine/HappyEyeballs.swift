// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// How the addresses of one service are raced (RFC 8305, gRFC A61): one that neither answers nor fails holds the next
/// up for a moment only, and a family of addresses that does not work costs one attempt at a time.
package enum HappyEyeballs {
    /// From the start of an attempt to the start of the next, unless it fails sooner.
    package static let attemptDelay = Duration.milliseconds(250)

    /// IPv6 and IPv4 in turn, the family of the first address first (RFC 8305 section 4).
    package static func interleave(_ addresses: [EndpointAddress]) -> [EndpointAddress] {
        interleave(addresses) { $0 }
    }

    static func interleave<Element>(
        _ elements: [Element], by address: (Element) -> EndpointAddress
    ) -> [Element] {
        var families: [Int] = []
        var queues: [Int: [Element]] = [:]
        for element in elements {
            let family = family(of: address(element))
            if queues[family] == nil { families.append(family) }
            queues[family, default: []].append(element)
        }
        let longest = queues.values.map(\.count).max() ?? 0
        return (0..<longest).flatMap { turn in
            families.compactMap { family in queues[family].flatMap { turn < $0.count ? $0[turn] : nil } }
        }
    }

    private static func family(of address: EndpointAddress) -> Int {
        switch address.kind {
        case .ipv6: 6
        case .ipv4: 4
        case .unix: 0
        }
    }
}
