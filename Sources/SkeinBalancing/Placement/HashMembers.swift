// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The endpoints of a policy that hashes, ready or not, by number, as a pick needs them. Whether one is ready stands
/// in its slot: a change there needs no new picker.
package final class HashMembers: @unchecked Sendable {  // `loads` keep alive what `members` point to
    /// Side by side, since a pick needs both.
    private struct Member {
        let id: SubchannelID
        let slot: UnsafeMutablePointer<EndpointSlot>
    }

    private let members: [Member]
    private let weights: [UInt32]
    private let loads: [EndpointLoad]
    /// There when loads are bounded.
    private let total: InFlightTotal?
    private let options: HashingOptions
    private let readyWeight = Atomic<UInt64>(0)
    private let readyCount = Atomic<Int>(0)

    init(
        _ ids: [SubchannelID], weights: [UInt32], loads: [EndpointLoad], total: InFlightTotal?,
        _ options: HashingOptions
    ) {
        members = zip(ids, loads).map { Member(id: $0, slot: $1.slot) }
        self.weights = weights
        self.loads = loads
        self.total = total
        self.options = options
    }

    func id(_ number: Int) -> SubchannelID { members[number].id }

    /// Whether the endpoint can take the call.
    func accepts(_ number: Int, _ call: borrowing PickContext, _ demand: Demand) -> Bool {
        guard isReady(number) else { return false }
        switch demand {
        case .ready: return true
        case .everything:
            if call.attempt > 0, call.wasTried(id(number)) { return false }
            return total == nil || !isOverBound(number, at: call.time)
        }
    }

    /// The numbers of those that are ready; their weight counts from now on as the weight of all.
    func takeReady() -> [UInt32] {
        let ready = (0..<UInt32(members.count)).filter { isReady(Int($0)) }
        readyCount.store(ready.count, ordering: .relaxed)
        readyWeight.store(ready.reduce(0) { $0 + UInt64(weights[Int($1)]) }, ordering: .relaxed)
        return ready
    }

    func isReady(_ number: Int) -> Bool {
        let member = members[number]
        return member.slot.pointee.pickable.load(ordering: .relaxed) == member.id.generation
    }

    /// Whether one more call would be more than its share of all, times the factor (Mirrokni, Thorup, Zadimoghaddam:
    /// "Consistent hashing with bounded loads").
    private func isOverBound(_ number: Int, at time: PickTime) -> Bool {
        guard let total, let factor = options.loadFactor else { return false }
        let (inFlight, all) = load(number, of: total, at: time)
        guard inFlight >= options.freeCalls else { return false }
        let share = Double(weights[number]) / Double(max(readyWeight.load(ordering: .relaxed), 1))
        return Double(inFlight) >= (factor * (all + 1) * share).rounded(.up)
    }

    /// What the endpoint has in flight, and all together: by what servers report, which knows of other clients, while
    /// its report is fresh; else by this channel's own calls.
    private func load(_ number: Int, of total: InFlightTotal, at time: PickTime) -> (inFlight: Int, all: Double) {
        let slot = members[number].slot
        if let reported = slot.pointee.freshInFlight(at: time), let mean = total.meanReported {
            return (reported, mean * Double(readyCount.load(ordering: .relaxed)))
        }
        return (slot.pointee.inFlight, Double(total.count))
    }
}
