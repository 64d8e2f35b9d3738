// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct HashRingTests {
    private static func placed(_ weights: [UInt32]) -> [PlacedEndpoint] {
        weights.enumerated().map { PlacedEndpoint(key: "10.0.0.\($0 + 1):443", weight: $1) }
    }

    struct Known: Sendable {
        let weights: [UInt32]
        let least: Int
        let most: Int
        /// The points of each endpoint.
        let shares: [Int]
        /// Of all points in order.
        let digest: UInt64
        /// Where `key-0`, `key-1`, … go.
        let owners: String
    }

    /// Made with a copy of gRPC's algorithm in another language, and the reference implementation of XXH64.
    static let known = [
        Known(
            weights: [3, 3, 4], least: 1024, most: 4096, shares: [308, 308, 411], digest: 0x65b6_ac5f_8e4b_3860,
            owners: "2213131231312322311231132113332132311122"),
        Known(
            weights: [1, 2, 5], least: 1024, most: 4096, shares: [128, 256, 640], digest: 0x2de5_3f27_bc24_6d2e,
            owners: "2213333232312322332233232123332132331322"),
        Known(
            weights: [1, 1, 1, 1, 1, 1, 1], least: 7, most: 8, shares: [1, 1, 1, 1, 1, 1, 1],
            digest: 0x15e6_d67c_d540_6cee, owners: "1537767352734437737261751737634725452777"),
        Known(
            weights: [1, 1, 1, 1, 1, 1, 1, 1, 1], least: 3, most: 4, shares: [1, 0, 1, 0, 1, 0, 1, 0, 1],
            digest: 0xaa3c_cbaa_c6e5_3ffc, owners: "1539999353933339939391751739933935353999"),
        Known(
            weights: [1, 1000], least: 100, most: 4096, shares: [1, 1000], digest: 0x89dc_f59a_8fb1_aad7,
            owners: "2222222222222222222222222222222222222222"),
    ]

    @Test("with sizes given, points and keys lie where gRPC has them, rounding included", arguments: known)
    func compatible(known: Known) {
        let ring = HashRing(HashRingTests.placed(known.weights), .total(least: known.least, most: known.most))
        #expect(ring.count == known.shares.reduce(0, +))
        #expect(known.shares.indices.map { number in ring.points.count { $0.owner == number } } == known.shares)
        #expect(ring.points.reduce(UInt64(0)) { $0 &* 31 &+ $1.hash &+ UInt64($1.owner) } == known.digest)
        let found = (0..<40).map { ring.owner(ring.place(of: XXHash64.hash("key-\($0)"))) + 1 }
        #expect(found.map(String.init).joined() == known.owners)
    }

    @Test("a key belongs to the first point that is not below it, as a search through all points finds it")
    func search() {
        var random = SplitMix64(seed: 11)
        for (count, size) in [(1, 3), (7, 160), (300, 160), (10_000, 4)] {
            let endpoints = (0..<count).map { PlacedEndpoint(key: "e\($0)", weight: 1) }
            let ring = HashRing(endpoints, .forEachWeight(size))
            let hashes = ring.points.map(\.hash)
            #expect(hashes == hashes.sorted())
            let near = (0..<200).compactMap { _ in hashes.randomElement(using: &random) }.flatMap {
                [$0 &- 1, $0, $0 &+ 1]
            }
            for key in near + [0, .max] + (0..<300).map({ _ in random.next() }) {
                let expected = hashes.firstIndex { $0 >= key } ?? 0
                #expect(ring.place(of: key) == expected)
            }
        }
    }

    @Test("every endpoint has 160 points for each unit of weight, and the same when others go")
    func points() {
        let all = (0..<50).map { PlacedEndpoint(key: "10.0.0.\($0):443", weight: UInt32($0 % 3 + 1)) }
        let ring = HashRing(all, .forEachWeight(160))
        for (number, endpoint) in all.enumerated() {
            #expect(ring.points.count { $0.owner == number } == 160 * Int(endpoint.weight))
        }
        let rest = HashRing(Array(all.dropFirst()), .forEachWeight(160))
        #expect(rest.points.map(\.hash) == ring.points.filter { $0.owner > 0 }.map(\.hash))
    }

    @Test("no endpoint loses points for others until there are more than 16 million; then all have half as many")
    func most() {
        func points(_ count: Int, weight: UInt32) -> Set<Int> {
            let endpoints = (0..<count).map { PlacedEndpoint(key: "e\($0)", weight: weight) }
            return Set(HashRing.counts(endpoints, .forEachWeight(160), most: HashRing.mostPoints))
        }
        #expect(points(10_000, weight: 1) == [160])
        #expect(points(1000, weight: 100) == [16_000] && points(999, weight: 100) == [16_000])
        #expect(points(1050, weight: 100) == [8000])
    }

    @Test("weights beyond all measure take turns within a bounded ring, and nobody starves")
    func hugeWeights() {
        let ring = HashRing(HashRingTests.placed([.max, 1, .max]), .forEachWeight(160), most: 10_000)
        #expect(ring.count > 5000 && ring.count <= 10_000)
        #expect(ring.points.contains { $0.owner == 1 })
    }
}
