// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `ring_hash`: places keys on a ring of 160 points for each endpoint and unit of weight; with ring sizes given, as
/// gRPC does.
package typealias RingHash = Hashed<RingHashTable>

package struct RingHashTable: Placement {
    package typealias TablePicker = RingHashPicker
    package static let name = "ring_hash"
    static let pointsForEachWeight = 160

    private let ring: HashRing

    /// With ring sizes given as gRPC has it: the address that comes first.
    package static func key(of endpoint: Endpoint, _ configuration: RingHashConfiguration) -> String {
        configuration.sizes == nil ? endpoint.placementKey : endpoint.ringKey
    }

    package init(_ endpoints: [PlacedEndpoint], _ configuration: RingHashConfiguration) {
        let sizes = configuration.sizes
        ring = HashRing(
            endpoints,
            sizes.map { .total(least: $0.minimum, most: $0.maximum) }
                ?? .forEachWeight(RingHashTable.pointsForEachWeight))
    }

    package func place(
        _ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand
    ) -> Int? {
        ring.find(key, call, members, demand, steps: RingHashTable.patience)
    }
}

extension Endpoint {
    /// Where gRPC places it (gRFC A42, A76).
    var ringKey: String { hashKey ?? addresses.first?.description ?? "" }
}

/// gRPC's bounds of the number of points on a ring.
package struct RingSizes: Sendable, Hashable {
    package let minimum: Int
    package let maximum: Int

    package static let standard = RingSizes(minimum: 1024, maximum: 4096)
    /// Larger ones are invalid.
    private static let largest = 8 << 20
    /// Larger ones count as this.
    private static let cap = 4096

    private init(minimum: Int, maximum: Int) {
        self.minimum = min(minimum, RingSizes.cap)
        self.maximum = min(maximum, RingSizes.cap)
    }

    /// Throws for a size that is too large, or a minimum above the maximum. 0 counts as missing.
    init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        let standard = RingSizes.standard
        let minimum = try fields.int("minRingSize", default: 0, in: 0...RingSizes.largest)
        let maximum = try fields.int("maxRingSize", default: 0, in: 0...RingSizes.largest)
        let sizes = (
            minimum: minimum == 0 ? standard.minimum : minimum, maximum: maximum == 0 ? standard.maximum : maximum
        )
        guard sizes.minimum <= sizes.maximum else {
            throw fields.problem(
                "minRingSize is \(sizes.minimum): expected at most maxRingSize, which is \(sizes.maximum)")
        }
        self.init(minimum: sizes.minimum, maximum: sizes.maximum)
    }
}

package struct RingHashConfiguration: HashConfiguration {
    package var hashing = HashingOptions()
    /// There when one of them was given.
    package var sizes: RingSizes?

    package init() {}
    package init(_ hashing: HashingOptions) { self.hashing = hashing }
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        hashing = try HashingOptions(reading: &fields, header: "requestHashHeader")
        if fields.contains("minRingSize") || fields.contains("maxRingSize") { sizes = try RingSizes(reading: &fields) }
    }
}

package struct RingHashPicker: HashPicker {
    package let parts: HashPickerParts<RingHashTable>
    package init(_ parts: HashPickerParts<RingHashTable>) { self.parts = parts }
}
