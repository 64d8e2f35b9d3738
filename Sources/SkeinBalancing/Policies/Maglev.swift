// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `maglev`: places keys in a table whose entries the endpoints take in turn, each in an order of its own (Eisenbud et
/// al.: "Maglev: a fast and reliable software network load balancer").
package typealias Maglev = Hashed<MaglevTable>

package struct MaglevTable: Placement {
    package typealias TablePicker = MaglevPicker
    package static let name = "maglev"
    /// Primes. An endpoint has 20 entries at least, up to 250,000 endpoints; there are few sizes, since keys move when
    /// the size changes.
    private static let sizes = [65_537, 262_147, 1_048_583, MaglevConfiguration.largestTable]
    private static let entriesForEach = 20

    /// By entry; in 16 bits if they fit, so that more of the table stays in the cache. One of both is empty.
    private let few: [UInt16]
    private let many: [UInt32]

    package init(_ endpoints: [PlacedEndpoint], _ configuration: MaglevConfiguration) {
        let fitting =
            MaglevTable.sizes.first { $0 >= MaglevTable.entriesForEach * endpoints.count }
            ?? MaglevConfiguration.largestTable
        let size = configuration.tableSize.map { $0 < endpoints.count ? fitting : $0 } ?? fitting
        let owners = MaglevTable.fill(endpoints, size)
        let areFew = endpoints.count <= UInt16.max
        few = areFew ? owners.map { UInt16($0) } : []
        many = areFew ? [] : owners
    }

    package func place(
        _ key: UInt64, _ call: borrowing PickContext, _ members: HashMembers, _ demand: Demand
    ) -> Int? {
        let count = max(few.count, many.count)
        var place = Draws.index(key, below: count)
        for _ in 0..<min(MaglevTable.patience, count) {
            let owner = owner(place)
            if members.accepts(owner, call, demand) { return owner }
            place = place + 1 == count ? 0 : place + 1
        }
        return nil
    }

    private func owner(_ place: Int) -> Int {
        many.isEmpty ? Int(truncatingIfNeeded: few[place]) : Int(truncatingIfNeeded: many[place])
    }

    /// The endpoints' numbers, entry by entry.
    var owners: [Int] { (0..<max(few.count, many.count)).map { owner($0) } }

    /// The endpoints take turns until each has its share of the entries.
    private static func fill(_ endpoints: [PlacedEndpoint], _ size: Int) -> [UInt32] {
        var owners = [UInt32](repeating: .max, count: size)
        var next = endpoints.map { Int(XXHash64.hash($0.key) % UInt64(size)) }
        let steps = endpoints.map { Int(XXHash64.hash($0.key, seed: 1) % UInt64(size - 1)) + 1 }
        var left = shares(endpoints, size)
        var active = Array(endpoints.indices)
        var empty = size
        while empty > 0 {
            for number in active where empty > 0 {
                while owners[next[number]] != .max { advance(&next[number], steps[number], size) }
                owners[next[number]] = UInt32(number)
                left[number] -= 1
                empty -= 1
            }
            if active.contains(where: { left[$0] == 0 }) { active.removeAll { left[$0] == 0 } }
        }
        return owners
    }

    private static func advance(_ place: inout Int, _ step: Int, _ size: Int) {
        place += step
        if place >= size { place -= size }
    }

    /// How many entries each endpoint has: `size` together or a few more, and at least one.
    private static func shares(_ endpoints: [PlacedEndpoint], _ size: Int) -> [Int] {
        let whole = endpoints.reduce(UInt64(0)) { $0 + UInt64($1.weight) }
        var (sum, given) = (UInt64(0), 0)
        return endpoints.map { endpoint in
            sum += UInt64(endpoint.weight)
            let target = Int(Double(sum) / Double(whole) * Double(size))
            defer { given = target }
            return max(1, target - given)
        }
    }
}

package struct MaglevConfiguration: HashConfiguration {
    fileprivate static let largestTable = 5_000_011

    package var hashing = HashingOptions()
    /// A prime; `nil`: by the number of endpoints.
    package var tableSize: Int?

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        hashing = try HashingOptions(reading: &fields, header: "requestHashHeader")
        guard let value = fields.value("tableSize") else { return }
        let size = try fields.int("tableSize", default: 0, in: 3...MaglevConfiguration.largestTable)
        guard MaglevConfiguration.isPrime(size) else { throw fields.problem("tableSize", value, "a prime number") }
        tableSize = size
    }

    private static func isPrime(_ number: Int) -> Bool {
        var divisor = 2
        while divisor * divisor <= number {
            if number % divisor == 0 { return false }
            divisor += 1
        }
        return true
    }
}

package struct MaglevPicker: HashPicker {
    package let parts: HashPickerParts<MaglevTable>
    package init(_ parts: HashPickerParts<MaglevTable>) { self.parts = parts }
}
