// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The live numbers of one subchannel: 64 bytes at a fixed address, so that subchannels share no line of cache.
///
/// `started` and `completed` are two counters, not one of calls in flight, so that a pick and a completion each write
/// once and totals come for free.
struct EndpointSlot: ~Copyable {
    let started = Atomic<UInt64>(0)
    let completed = Atomic<UInt64>(0)
    /// The generation that picks may choose; 0 when not ready, shut down or free.
    let pickable = Atomic<UInt32>(0)
    /// The generation that counters belong to.
    let generation = Atomic<UInt32>(1)
    /// The subchannel, retained by the slot; cleared when no pick can see it any more.
    let subchannel = Atomic<UnsafeRawPointer?>(nil)
    /// A `SlotWatcher`, retained by the slot; set before picks can see it, cleared when the slot is free again.
    let watcher = Atomic<UnsafeRawPointer?>(nil)
    /// Which of its endpoints the watcher knows it by.
    let position = Atomic<UInt32>(0)
    /// For `control` only: a subchannel is attached, and was not released.
    let isAttached = Atomic<Bool>(false)
    /// For `control` only: what its policy said last.
    let isReady = Atomic<Bool>(true)
    private let padding: (UInt64, UInt64) = (0, 0)

    /// Attempts picked and not yet completed. Never negative: `completed` is read first.
    var inFlight: Int {
        let completed = completed.load(ordering: .acquiring)
        return Int(truncatingIfNeeded: started.load(ordering: .relaxed) &- completed)
    }
}
