// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Where the control plane and the calls meet: the current picker, published by one driver and used by every thread
/// without a lock, a retain or an allocation.
///
/// `pick` may be called by anyone at any time. Everything else belongs to the driver and happens under its lock. What
/// those return is garbage: drop it after unlocking, since its deinitialisers are not ours.
package final class PickerCell<Subchannel: AnyObject & Sendable>: Sendable {
    @usableFromInline let core: PickerCore

    package init(_ slots: SlotTable = SlotTable()) { core = PickerCore(slots) }

    /// Chooses where an attempt goes, and counts it as started there.
    @inlinable @inline(__always)
    package func pick(_ context: inout PickContext) -> PickOutcome<Subchannel> {
        outcome(core.pick(&context))
    }

    /// The same with `random` as its chance, on whatever thread: for simulations, which have to be repeatable.
    package func pick(_ context: inout PickContext, random: UInt64) -> PickOutcome<Subchannel> {
        outcome(core.pick(&context, random: random))
    }

    @inlinable @inline(__always)
    func outcome(_ outcome: PickerCore.Outcome) -> PickOutcome<Subchannel> {
        switch outcome {
        case .subchannel(let subchannel, let token):
            .picked(Unmanaged.fromOpaque(subchannel), token)
        case .queue(let generation): .queue(generation: generation)
        case .fail(let error): .fail(error)
        case .drop(let error): .drop(error)
        }
    }

    /// The subchannel, as long as picks may choose it.
    package func subchannel(_ id: SubchannelID) -> Subchannel? {
        core.subchannel(id).map { unsafeDowncast($0, to: Subchannel.self) }
    }

    /// The slots of the subchannels: for the policy's actions, and for completions.
    package var slots: SlotTable { core.slots }

    /// Counts publications: a call that was told to queue and finds another generation here picks again instead.
    package var generation: UInt64 { core.generation }

    /// The state that was published last.
    package var state: ConnectivityState { core.state }

    /// Makes a subchannel that the policy created pickable.
    package func attach(_ subchannel: Subchannel, to id: SubchannelID) { core.slots.attach(subchannel, to: id) }

    /// No pick chooses the subchannel from now on; its slot is used again when no call is left on it.
    package func detach(_ id: SubchannelID) -> PickerGarbage { core.detach(id) }

    /// Every pick that starts from now on uses `picker`.
    /// - Parameter path: of the policy, for explanations.
    package func publish(
        _ state: ConnectivityState, _ picker: any Picker, path: [String] = []
    ) -> PickerGarbage {
        core.publish(state, picker, path)
    }

    /// What a pick has in view: one that was made and went to `choice`, or else one that would be made now.
    package func explain(
        _ context: inout PickContext, choice: SubchannelID? = nil, _ identity: (Subchannel) -> Endpoint.Identity
    ) -> PickExplanation {
        core.explain(&context, choice: choice) { identity(unsafeDowncast($0, to: Subchannel.self)) }
    }

    /// Frees what no pick uses any more; to be called now and then while `isRetiring`.
    package func retire() -> PickerGarbage { core.retire() }

    /// Whether there is something that `retire` may free later.
    package var isRetiring: Bool { core.isRetiring }

    /// Snapshots that are not freed: the current one and those that picks may still use.
    package var snapshotsAlive: Int { core.snapshotsAlive }
}

/// What was freed. Drop it outside of any lock.
package struct PickerGarbage: ~Copyable {
    private let objects: [AnyObject]

    init(_ objects: [AnyObject]) { self.objects = objects }
}
