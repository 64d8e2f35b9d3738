// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `source_hash`: calls from the same source to the same endpoint. The source is the value of a header, the call's own
/// hash key, or the address that called the handler which makes the call: a proxy's client. Placed like `ring_hash`.
package typealias SourceHash = Hashed<SourceHashTable>

package struct SourceHashTable: Placement {
    package typealias TablePicker = SourceHashPicker
    package static let name = "source_hash"
    private let ring: HashRing

    package init(_ endpoints: [PlacedEndpoint], _ configuration: SourceHashConfiguration) {
        ring = HashRing(endpoints, .forEachWeight(RingHashTable.pointsForEachWeight))
    }

    package func place(
        _ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand
    ) -> Int? {
        ring.find(key, call, members, demand, steps: SourceHashTable.patience)
    }
}

package struct SourceHashConfiguration: HashConfiguration {
    package var hashing = HashingOptions()

    package init() { self.init(HashingOptions()) }
    package init(_ hashing: HashingOptions) {
        self.hashing = hashing
        self.hashing.goesBySource = true
    }
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        self.init(try HashingOptions(reading: &fields, header: "header"))
    }
}

package struct SourceHashPicker: HashPicker {
    package let parts: HashPickerParts<SourceHashTable>
    package init(_ parts: HashPickerParts<SourceHashTable>) { self.parts = parts }
}
