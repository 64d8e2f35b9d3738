// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Keeps an address until it is missing from several answers in a row, so that name servers that rotate or truncate
/// their answers do not make connections come and go.
struct AddressRetention: Sendable, Hashable {
    /// An address that this many answers in a row did not have is dropped.
    static let missesUntilDropped = 3

    private struct Entry: Sendable, Hashable {
        var address: EndpointAddress
        var misses = 0
    }

    private var entries: [Entry] = []

    /// The addresses to use after `answer`: the known ones in the order they came, then the new ones in the answer's
    /// order.
    mutating func absorb(_ answer: [EndpointAddress]) -> [EndpointAddress] {
        var new = Set(answer)
        for index in entries.indices {
            entries[index].misses = new.remove(entries[index].address) == nil ? entries[index].misses + 1 : 0
        }
        entries.removeAll { $0.misses >= AddressRetention.missesUntilDropped }
        for address in answer where new.remove(address) != nil { entries.append(Entry(address: address)) }
        return entries.map(\.address)
    }
}
