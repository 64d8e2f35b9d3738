// SPDX-License-Identifier: Apache-2.0
internal import CSkein

/// A `skein_stripe`: a thread's line of cache that says whether it is inside of a pick.
typealias ReaderStripe = OpaquePointer

/// Every stripe of the process with its sequence, one look at each.
struct ReaderStripes: Sequence, IteratorProtocol {
    private var following = skein_stripe_first()

    /// Threads that pick, or have picked: the bound of `PickContext.reader`.
    static var count: Int { Int(skein_stripe_count()) }

    /// A stripe's sequence now.
    static func sequence(_ stripe: ReaderStripe) -> UInt64 { skein_stripe_sequence(stripe) }

    mutating func next() -> ReaderSample<ReaderStripe>? {
        guard let stripe = following else { return nil }
        following = skein_stripe_next(stripe)
        return ReaderSample(stripe, skein_stripe_sequence(stripe))
    }
}
