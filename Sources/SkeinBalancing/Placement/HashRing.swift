// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Points of endpoints on a circle of 2^64: a key belongs to the endpoint of the first point that is not below it.
///
/// The points are sorted, and an index leads to the first of each stretch, with four to eight points in a stretch on
/// average.
struct HashRing: Sendable {
    /// How many points the ring has, and how they fall to the endpoints.
    enum Size: Sendable, Hashable {
        /// As many for each unit of weight, however many endpoints there are: one that goes leaves all other points
        /// where they are. Where that would be more than `mostPoints`, half as many for all, or a quarter, and so on,
        /// at least one for each: an endpoint that brings the weights across such a bound moves other keys, too.
        case forEachWeight(Int)
        /// gRPC's: all points together from `least` to `most`, the fewest that give the lightest endpoint a whole
        /// number of them; of many endpoints some get none (gRFC A42).
        case total(least: Int, most: Int)
    }

    /// Enough for a weight of 104,857 in all with 160 points for each unit. A point takes 13 bytes, and 34 while the
    /// ring is made.
    static let mostPoints = 1 << 24

    private let hashes: [UInt64]
    /// What a look-up reads, small so that it stays in the cache: the owner in the low `bits`, above it what follows
    /// the number of the stretch in the upper half of the hash.
    private let entries: [UInt32]
    /// The first point of each stretch; one more at the end.
    private let starts: [UInt32]
    /// So many bits of a hash are the number of its stretch.
    private let bits: UInt32

    /// `endpoints` are sorted by their keys.
    init(_ endpoints: [PlacedEndpoint], _ size: Size, most: Int = HashRing.mostPoints) {
        let counts = HashRing.counts(endpoints, size, most: most)
        let total = counts.reduce(0, +)
        var points: [Point] = []
        points.reserveCapacity(total)
        for (number, count) in counts.enumerated() {
            var name = PointName(endpoints[number].key)
            for index in 0..<count { points.append(Point(hash: name.hash(index), owner: UInt32(number))) }
        }
        // Owners have to fit, too.
        let bits = max(HashRing.width(total / 8), HashRing.width(endpoints.count), 1)
        let starts = HashRing.sort(&points, bits: UInt32(bits))
        hashes = points.map(\.hash)
        entries = points.map { UInt32(truncatingIfNeeded: $0.hash >> 32) &<< UInt32(bits) | $0.owner }
        self.starts = starts
        self.bits = UInt32(bits)
    }

    var count: Int { hashes.count }

    /// The place of the first point that is not below `key`.
    func place(of key: UInt64) -> Int {
        let upper = UInt32(truncatingIfNeeded: key &>> 32)
        let stretch = Int(truncatingIfNeeded: upper &>> (32 &- bits))
        let rest = upper &<< bits
        var place = Int(truncatingIfNeeded: starts[stretch])
        let end = Int(truncatingIfNeeded: starts[stretch + 1])
        while place < end {
            let point = (entries[place] &>> bits) &<< bits
            if point > rest || point == rest && hashes[place] >= key { break }
            place += 1
        }
        return place == entries.count ? 0 : place
    }

    func next(_ place: Int) -> Int { place + 1 == hashes.count ? 0 : place + 1 }

    /// The number of the endpoint whose point it is.
    func owner(_ place: Int) -> Int { Int(truncatingIfNeeded: entries[place] & (1 &<< bits &- 1)) }

    /// The points in order.
    var points: [(hash: UInt64, owner: Int)] { hashes.indices.map { (hashes[$0], owner($0)) } }

    /// The first endpoint from `key` on that can take the call.
    func find(_ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand, steps: Int)
        -> Int?
    {
        var place = place(of: key)
        for _ in 0..<min(steps, hashes.count) {
            let owner = owner(place)
            if members.accepts(owner, call, demand) { return owner }
            place = next(place)
        }
        return nil
    }
}

// MARK: making one

extension HashRing {
    /// How many points each endpoint has.
    static func counts(_ endpoints: [PlacedEndpoint], _ size: Size, most: Int) -> [Int] {
        let whole = endpoints.reduce(0.0) { $0 + Double($1.weight) }
        switch size {
        case .forEachWeight(let points):
            var scale = Double(points)
            while scale * whole > Double(most) { scale /= 2 }
            return endpoints.map { max(1, Int(scale * Double($0.weight))) }
        case .total(let least, let most):
            let shares = endpoints.map { Double($0.weight) / whole }
            let smallest = shares.min() ?? 1
            let scale = min((smallest * Double(least)).rounded(.up) / smallest, Double(most))
            // Each endpoint takes points until the sum of the shares so far is reached: as gRPC does, in its order.
            var (given, target) = (0.0, 0.0)
            return shares.map { share in
                target += scale * share
                let count = max(0, Int((target - given).rounded(.up)))
                given += Double(count)
                return count
            }
        }
    }

    /// How many bits a number up to `number` needs.
    private static func width(_ number: Int) -> Int { Int.bitWidth - number.leadingZeroBitCount }

    /// Distributes the points over the stretches, which are short, and sorts each; where the stretches start.
    private static func sort(_ points: inout [Point], bits: UInt32) -> [UInt32] {
        let shift = UInt64(64 - bits)
        var starts = [UInt32](repeating: 0, count: 1 << Int(bits) + 1)
        for point in points { starts[Int(point.hash &>> shift) + 1] += 1 }
        for stretch in 1..<starts.count { starts[stretch] += starts[stretch - 1] }
        var ends = starts
        var sorted = points
        for point in points {
            let stretch = Int(point.hash &>> shift)
            var place = Int(ends[stretch])
            ends[stretch] += 1
            while place > Int(starts[stretch]), sorted[place - 1].hash > point.hash {
                sorted[place] = sorted[place - 1]
                place -= 1
            }
            sorted[place] = point
        }
        points = sorted
        return starts
    }
}

private struct Point {
    let hash: UInt64
    let owner: UInt32
}

/// Hashes `KEY_0`, `KEY_1` and so on.
private struct PointName {
    private var bytes: [UInt8]
    private let prefix: Int

    init(_ key: String) {
        bytes = Array(key.utf8) + [UInt8(ascii: "_")]
        prefix = bytes.count
    }

    mutating func hash(_ index: Int) -> UInt64 {
        bytes.removeLast(bytes.count - prefix)
        var divisor = 1
        while index / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(index / divisor % 10))
            divisor /= 10
        }
        return bytes.withUnsafeBytes { XXHash64.hash($0) }
    }
}
