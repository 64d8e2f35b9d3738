// SPDX-License-Identifier: Apache-2.0
internal import CSkein
public import SkeinCore
internal import Synchronization

/// One publication, never changed.
final class Snapshot: Sendable {
    let state: ConnectivityState
    let picker: any Picker
    /// The same, if `isDirect`. Not an optional, which would be copied in order to look inside.
    let direct: any DirectPicker
    let isDirect: Bool
    let generation: UInt64
    let wantsReports: Bool

    /// Of the policy, for explanations.
    let path: [String]

    init(_ state: ConnectivityState, _ picker: any Picker, _ generation: UInt64, _ path: [String] = []) {
        self.path = path
        self.state = state
        self.picker = picker
        isDirect = picker is any DirectPicker
        direct = picker as? any DirectPicker ?? Indirect()
        self.generation = generation
        wantsReports = picker.wantsReports
    }
}

/// Stands where there is no direct picker.
private struct Indirect: DirectPicker {
    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID { .none }
}

/// `PickerCell` without the type of its subchannels, so that a pick is compiled once, here.
@usableFromInline
final class PickerCore: @unchecked Sendable {  // owns the current snapshot; the driver's lock guards the retired ones
    @usableFromInline
    enum Outcome {
        /// Alive until the token is completed.
        case subchannel(UnsafeRawPointer, PickToken)
        case queue(generation: UInt64)
        case fail(RPCError)
        case drop(RPCError)
    }

    /// How often a pick is repeated that came to a subchannel which is not ready, before the call waits.
    private static let tries = 8

    let slots: SlotTable
    let current: Atomic<UnsafeRawPointer>
    private var newest: Snapshot
    private var retired = RetireList<Snapshot, ReaderStripe>()

    init(_ slots: SlotTable) {
        self.slots = slots
        newest = Snapshot(.idle, QueueingPicker(), 0)
        current = Atomic(UnsafeRawPointer(Unmanaged.passUnretained(newest).toOpaque()))
    }

    @usableFromInline
    func pick(_ context: inout PickContext) -> Outcome {
        let stripe = skein_stripe_current()!
        context.reader = skein_stripe_index(stripe)
        context.random = skein_stripe_random(stripe)
        return choose(&context, stripe)
    }

    /// A pick whose chance and place among readers come from the caller, so that a simulation can be repeated.
    func pick(_ context: inout PickContext, random: UInt64) -> Outcome {
        context.reader = 0
        context.random = random
        return choose(&context, skein_stripe_current()!)
    }

    @inline(__always)
    private func choose(_ context: inout PickContext, _ stripe: ReaderStripe) -> Outcome {
        let entered = skein_stripe_enter(stripe)
        defer { if entered { skein_stripe_exit(stripe) } }
        // Not retained: the section keeps it alive.
        let snapshot = Unmanaged<Snapshot>.fromOpaque(current.load(ordering: .sequentiallyConsistent))
        return snapshot._withUnsafeGuaranteedRef { snapshot in
            context.wantsReports = snapshot.wantsReports
            if snapshot.isDirect {
                var remarks = PickRemarks()
                let id = snapshot.direct.destination(context, &remarks)
                if id != .none, let subchannel = slots.start(id) {
                    context.wishes = remarks.wishes
                    return .subchannel(subchannel, PickToken(id: id, note: remarks.note, start: context.time))
                }
            }
            return choose(&context, from: snapshot)
        }
    }

    @inline(never)
    private func choose(_ context: inout PickContext, from snapshot: Snapshot) -> Outcome {
        for _ in 0..<PickerCore.tries {
            let result = snapshot.picker.pick(context)
            context.wishes = result.remarks.wishes
            switch result.kind {
            case .subchannel:
                if let subchannel = slots.start(result.id) {
                    let token = PickToken(id: result.id, note: result.remarks.note, start: context.time)
                    return .subchannel(subchannel, token)
                }
                // Not ready any more, and the picker does not know yet.
                context.random = Draws.mix(context.random &+ 1)
            case .queue: return .queue(generation: snapshot.generation)
            case .fail: return .fail(result.error)
            case .drop: return .drop(result.error)
            }
        }
        return .queue(generation: snapshot.generation)
    }
}

extension PickerCore {
    /// The subchannel, as long as picks may choose it.
    func subchannel(_ id: SubchannelID) -> AnyObject? {
        let stripe = skein_stripe_current()!
        let entered = skein_stripe_enter(stripe)
        defer { if entered { skein_stripe_exit(stripe) } }
        return slots.pickable(id).map { Unmanaged<AnyObject>.fromOpaque($0).takeUnretainedValue() }
    }
}

// MARK: the driver's side

extension PickerCore {
    var state: ConnectivityState { newest.state }
    var generation: UInt64 { newest.generation }
    var isRetiring: Bool { !retired.isEmpty || slots.isReclaiming }
    var snapshotsAlive: Int { retired.count + 1 }

    func publish(_ state: ConnectivityState, _ picker: any Picker, _ path: [String]) -> PickerGarbage {
        let next = Snapshot(state, picker, newest.generation + 1, path)
        let old = newest
        newest = next
        current.store(UnsafeRawPointer(Unmanaged.passUnretained(next).toOpaque()), ordering: .sequentiallyConsistent)
        retired.retire(old, sampled: ReaderStripes())
        return retire()
    }

    func detach(_ id: SubchannelID) -> PickerGarbage {
        slots.release(id)
        return retire()
    }

    func retire() -> PickerGarbage {
        var garbage: [AnyObject] = retired.poll(ReaderStripes.sequence)
        garbage += slots.reclaim()
        return PickerGarbage(garbage)
    }
}
