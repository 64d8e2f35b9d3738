// SPDX-License-Identifier: Apache-2.0

/// What was published once and may still be read: decides when it is safe to free.
///
/// A reader's sequence is odd while it reads. It adds 1, loads the pointer (both sequentially consistent), reads, adds
/// 1 (releasing). A publisher swaps the pointer, samples every reader, and may free what it swapped out once each
/// reader was even in the sample or has changed since: a reader that was odd may hold it until its sequence moves; one
/// that was even had not loaded yet, and its load comes after the swap. Nobody waits: what is not free yet is asked
/// about again later.
package struct RetireList<Item, Reader> {
    fileprivate struct Entry {
        let item: Item
        /// The readers that were inside.
        var inside: [ReaderSample<Reader>]
    }

    private var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// What was retired first of all that is left.
    package var oldest: Item? { entries.first?.item }

    /// Adds what was swapped out, with a sample of every reader taken after the swap.
    package mutating func retire(_ item: Item, sampled: some Sequence<ReaderSample<Reader>>) {
        entries.append(Entry(item: item, inside: sampled.filter { $0.sequence & 1 == 1 }))
    }

    /// Takes out what nobody can read any more. `sequence` reads a reader's sequence now.
    package mutating func poll(_ sequence: (Reader) -> UInt64) -> [Item] {
        for index in entries.indices {
            entries[index].inside.removeAll { sequence($0.reader) != $0.sequence }
        }
        let free = entries.filter(\.inside.isEmpty).map(\.item)
        if !free.isEmpty { entries.removeAll(where: \.inside.isEmpty) }
        return free
    }
}

/// One look at a reader's sequence.
package struct ReaderSample<Reader> {
    let reader: Reader
    let sequence: UInt64

    package init(_ reader: Reader, _ sequence: UInt64) {
        self.reader = reader
        self.sequence = sequence
    }
}

extension ReaderSample: Equatable where Reader: Equatable {}
extension ReaderSample: Hashable where Reader: Hashable {}
extension RetireList.Entry: Equatable where Item: Equatable, Reader: Equatable {}
extension RetireList.Entry: Hashable where Item: Hashable, Reader: Hashable {}
extension RetireList: Equatable where Item: Equatable, Reader: Equatable {}
extension RetireList: Hashable where Item: Hashable, Reader: Hashable {}
