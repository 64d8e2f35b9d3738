// SPDX-License-Identifier: Apache-2.0

/// In which order a machine should use the addresses of another (RFC 6724 section 6).
enum AddressOrder {
    /// An address and the one that packets to it would come from; `nil` when there is no route.
    struct Candidate: Sendable {
        var number: IPNumber
        var source: IPNumber?
    }

    /// Most that are put in order; what comes after them stays behind them as it is.
    private static let limit = 64

    /// `numbers`, best first. IPv4 addresses alone stay as the name server ordered them.
    static nonisolated(nonsending) func sorted(_ numbers: [IPNumber]) async -> [IPNumber] {
        guard numbers.count > 1, numbers.contains(where: { !$0.isIPv4 }) else { return numbers }
        var candidates: [Candidate] = []
        for number in numbers.prefix(limit) {
            let source = await SourceAddress.towards(number.text)
            candidates.append(Candidate(number: number, source: source.flatMap { IPNumber($0) }))
        }
        return sorted(candidates) + numbers.dropFirst(limit)
    }

    static func sorted(_ candidates: [Candidate]) -> [IPNumber] {
        let order = candidates.indices.sorted { first, second in
            let (a, b) = (candidates[first], candidates[second])
            return isBefore(a, b) || (!isBefore(b, a) && first < second)
        }
        return order.map { candidates[$0].number }
    }

    private static func isBefore(_ a: Candidate, _ b: Candidate) -> Bool {
        guard let sourceA = a.source, let sourceB = b.source else { return a.source != nil && b.source == nil }
        let (isMatchA, isMatchB) = (scope(a.number) == scope(sourceA), scope(b.number) == scope(sourceB))
        if isMatchA != isMatchB { return isMatchA }
        let (policyA, policyB) = (policy(a.number), policy(b.number))
        let (isLabelA, isLabelB) = (policyA.label == policy(sourceA).label, policyB.label == policy(sourceB).label)
        if isLabelA != isLabelB { return isLabelA }
        if policyA.precedence != policyB.precedence { return policyA.precedence > policyB.precedence }
        if scope(a.number) != scope(b.number) { return scope(a.number) < scope(b.number) }
        // For IPv4 the longest prefix would undo the order of name servers that spread their clients.
        guard !a.number.isIPv4, !b.number.isIPv4 else { return false }
        return commonBits(a.number, sourceA) > commonBits(b.number, sourceB)
    }

    /// Link-local 2, site-local 5, global 14.
    private static func scope(_ number: IPNumber) -> Int {
        let bytes = number.bytes
        if number.isIPv4 { return bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254) ? 2 : 14 }
        if bytes.dropLast() == [UInt8](repeating: 0, count: 15)[...], bytes[15] == 1 { return 2 }
        guard bytes[0] == 0xfe else { return 14 }
        return bytes[1] & 0xc0 == 0x80 ? 2 : bytes[1] & 0xc0 == 0xc0 ? 5 : 14
    }

    /// The table of RFC 6724 section 2.1.
    private static func policy(_ number: IPNumber) -> (precedence: Int, label: Int) {
        let bytes = number.bytes
        if number.isIPv4 { return (35, 4) }
        if bytes[..<10].allSatisfy({ $0 == 0 }) {
            if bytes[10] == 0xff, bytes[11] == 0xff { return (35, 4) }
            if bytes[10] == 0, bytes[11] == 0 { return bytes[12...] == [0, 0, 0, 1] ? (50, 0) : (1, 3) }
        }
        switch (bytes[0], bytes[1]) {
        case (0x20, 0x02): return (30, 2)
        case (0x20, 0x01) where bytes[2] == 0 && bytes[3] == 0: return (5, 5)
        case (0xfc...0xfd, _): return (3, 13)
        case (0xfe, 0xc0...0xff): return (1, 11)
        case (0x3f, 0xfe): return (1, 12)
        default: return (40, 1)
        }
    }

    /// Of the first 64 bits, which name the network.
    private static func commonBits(_ a: IPNumber, _ b: IPNumber) -> Int {
        var count = 0
        for (x, y) in zip(a.bytes.prefix(8), b.bytes.prefix(8)) {
            count += (x ^ y).leadingZeroBitCount
            if x != y { break }
        }
        return count
    }
}
