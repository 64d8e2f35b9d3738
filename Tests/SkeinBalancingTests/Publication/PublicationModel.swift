// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing

/// A reader of two picks and a publisher of four snapshots, each step of both sequentially consistent. The publisher
/// decides with the `RetireList` that the product uses.
struct PublicationModel: Interleaved {
    /// How the publisher may go wrong.
    enum Variant { case right, samplesBeforeSwap, takesOddForIdle, forgetsToCompare }

    enum Reader: Hashable {
        case outside
        case entered
        case loaded(Int)
        case used
    }

    enum Publisher: Hashable {
        case swap(sampled: UInt64?)
        case sample(old: Int)
        case poll
    }

    let variant: Variant
    var pointer = 0
    var sequence: UInt64 = 0
    var alive: Set<Int> = [0]
    var reader = Reader.outside
    var picksLeft = 2
    var publisher = Publisher.swap(sampled: nil)
    var publicationsLeft = 4
    var retired = RetireList<Int, Int>()

    init(_ variant: Variant = .right) { self.variant = variant }

    var fault: String? {
        guard case .used = reader, let last = lastUsed, !alive.contains(last) else { return nil }
        return "used after free"
    }

    private var lastUsed: Int?

    func next() -> [PublicationModel] { [readerMoved(), publisherMoved()].compactMap { $0 } }

    private func readerMoved() -> PublicationModel? {
        var next = self
        switch reader {
        case .outside:
            guard picksLeft > 0 else { return nil }
            next.sequence += 1
            next.reader = .entered
        case .entered: next.reader = .loaded(pointer)
        case .loaded(let snapshot):
            next.lastUsed = snapshot
            next.reader = .used
        case .used:
            next.sequence += 1
            next.picksLeft -= 1
            next.lastUsed = nil
            next.reader = .outside
        }
        return next
    }

    private func publisherMoved() -> PublicationModel? {
        var next = self
        switch publisher {
        case .swap(nil) where variant == .samplesBeforeSwap && publicationsLeft > 0:
            next.publisher = .swap(sampled: sequence)
        case .swap(let sampled):
            guard publicationsLeft > 0 else { return nil }
            next.publicationsLeft -= 1
            next.pointer += 1
            next.alive.insert(next.pointer)
            next.publisher = .sample(old: pointer)
            if let sampled { next.retire(pointer, sampled) }
        case .sample(let old): next.retire(old, sequence)
        case .poll:
            let now = variant == .forgetsToCompare ? .max : sequence
            next.alive.subtract(next.retired.poll { _ in now })
            next.publisher = .swap(sampled: nil)
        }
        return next
    }

    private mutating func retire(_ old: Int, _ sampled: UInt64) {
        let seen = variant == .takesOddForIdle ? 0 : sampled
        retired.retire(old, sampled: [ReaderSample(0, seen)])
        publisher = .poll
    }
}

/// The same with a wait for one of two alternating epochs instead: a reader may load the epoch, be overtaken by a flip,
/// and then enter on the side that the publisher no longer watches.
struct OneEpochModel: Interleaved {
    enum Reader: Hashable {
        case outside
        case chose(epoch: Int)
        case entered(epoch: Int)
        case loaded(Int, epoch: Int)
        case used(Int, epoch: Int)
    }

    enum Publisher: Hashable {
        case swap
        case flip(old: Int)
        case wait(old: Int, epoch: Int)
    }

    var pointer = 0
    var epoch = 0
    var inside = [0, 0]
    var alive: Set<Int> = [0]
    var reader = Reader.outside
    var picksLeft = 2
    var publisher = Publisher.swap
    var publicationsLeft = 4

    var fault: String? {
        if case .used(let snapshot, _) = reader, !alive.contains(snapshot) { "used after free" } else { nil }
    }

    func next() -> [OneEpochModel] { [readerMoved(), publisherMoved()].compactMap { $0 } }

    private func readerMoved() -> OneEpochModel? {
        var next = self
        switch reader {
        case .outside:
            guard picksLeft > 0 else { return nil }
            next.reader = .chose(epoch: epoch)
        case .chose(let epoch):
            next.inside[epoch] += 1
            next.reader = .entered(epoch: epoch)
        case .entered(let epoch): next.reader = .loaded(pointer, epoch: epoch)
        case .loaded(let snapshot, let epoch): next.reader = .used(snapshot, epoch: epoch)
        case .used(_, let epoch):
            next.inside[epoch] -= 1
            next.picksLeft -= 1
            next.reader = .outside
        }
        return next
    }

    private func publisherMoved() -> OneEpochModel? {
        var next = self
        switch publisher {
        case .swap:
            guard publicationsLeft > 0 else { return nil }
            next.publicationsLeft -= 1
            next.pointer += 1
            next.alive.insert(next.pointer)
            next.publisher = .flip(old: pointer)
        case .flip(let old):
            next.epoch = 1 - epoch
            next.publisher = .wait(old: old, epoch: epoch)
        case .wait(let old, let epoch):
            guard inside[epoch] == 0 else { return nil }
            next.alive.remove(old)
            next.publisher = .swap
        }
        return next
    }
}
