// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Who is ejected, and what a policy is to see of its subchannels: the bookkeeping of `Ejection`.
struct EjectionBook: Sendable {
    private struct Member {
        let identity: Endpoint.Identity
        let load: EndpointLoad
        var seen = OutcomeCounts()
        /// The real one.
        var state = ConnectivityState.idle
        /// The policy was told that it fails, although it is ready.
        var isHidden = false
    }

    private var members: [SubchannelID: Member] = [:]
    private var records: [Endpoint.Identity: EjectionRecord] = [:]
    /// In the resolver's order.
    private(set) var order: [Endpoint.Identity] = []
    private(set) var ejected: Set<Endpoint.Identity> = []
    /// All outcomes of all endpoints so far.
    private(set) var fleet = OutcomeTotals()
    /// So few are usable that being ejected does not count.
    private(set) var isPanicking = false
    /// Members that are ready, or idle and would connect for a call, and not ejected.
    private var usable = 0
    /// Subchannels that may have to look different now.
    private var affected: [SubchannelID] = []
    /// Whether there is a limit to what is ejected.
    var isLenient = true
    /// While fewer percent are usable there is panic.
    var panicThreshold = 50

    var isEmpty: Bool { order.isEmpty }
    var endpointCount: Int { order.count }
    var memberCount: Int { members.count }

    subscript(_ identity: Endpoint.Identity) -> EjectionRecord? {
        get { records[identity] }
        _modify { yield &records[identity] }
    }

    /// Whether one more may be ejected.
    var mayEject: Bool { !isLenient || ejected.count < max(1, members.count / 2) }
}

// MARK: endpoints and subchannels

extension EjectionBook {
    /// The endpoints there are now.
    mutating func update(_ endpoints: [Endpoint]) {
        var gone = Set(order)
        order = []
        var fresh: Set<Endpoint.Identity> = []
        for identity in endpoints.map(\.identity) {
            if gone.remove(identity) != nil {
                order.append(identity)
            } else if records[identity] == nil {
                records[identity] = EjectionRecord()
                order.append(identity)
                fresh.insert(identity)
            }
        }
        if !fresh.isEmpty {
            for (id, member) in members where fresh.contains(member.identity) {
                records[member.identity]?.subchannels.append(id)
            }
        }
        for identity in gone {
            uneject(identity)
            records[identity] = nil
        }
    }

    mutating func add(_ id: SubchannelID, _ identity: Endpoint.Identity, _ load: EndpointLoad) {
        members[id] = Member(identity: identity, load: load, seen: load.outcomes)
        records[identity]?.subchannels.append(id)
        if isUsable(id) { usable += 1 }
    }

    mutating func remove(_ id: SubchannelID) {
        guard let member = members[id] else { return }
        refresh(id)
        if isUsable(id) { usable -= 1 }
        members[id] = nil
        records[member.identity]?.subchannels.removeAll { $0 == id }
    }

    func identity(of id: SubchannelID) -> Endpoint.Identity? { members[id]?.identity }

    /// The subchannel's new state, as the policy is to see it.
    mutating func note(_ id: SubchannelID, _ state: ConnectivityState) -> ConnectivityState {
        guard members[id] != nil else { return state }
        if isUsable(id) { usable -= 1 }
        members[id]?.state = state
        if isUsable(id) { usable += 1 }
        return look(id) ?? state
    }

    private func isUsable(_ id: SubchannelID) -> Bool {
        guard let member = members[id], records[member.identity]?.ejection == nil else { return false }
        switch member.state {
        case .ready, .idle: return true
        case .connecting, .transientFailure, .shutdown: return false
        }
    }
}

// MARK: who is ejected

extension EjectionBook {
    mutating func eject(_ identity: Endpoint.Identity, _ ejection: EjectionRecord.Ejection) {
        guard let record = records[identity], record.ejection == nil else { return }
        usable -= record.subchannels.count(where: isUsable)
        records[identity]?.ejection = ejection
        ejected.insert(identity)
        affected += record.subchannels
    }

    mutating func uneject(_ identity: Endpoint.Identity) {
        guard let record = records[identity], record.ejection != nil else { return }
        records[identity]?.ejection = nil
        ejected.remove(identity)
        usable += record.subchannels.count(where: isUsable)
        affected += record.subchannels
    }

    func ejectedCount(by rule: EjectionRecord.Rule) -> Int {
        ejected.count { records[$0]?.ejection?.rule == rule }
    }

    /// The next subchannel that has to look different to the policy, and how.
    mutating func nextChange() -> (id: SubchannelID, state: ConnectivityState)? {
        updatePanic()
        while let id = affected.popLast() {
            guard let member = members[id], let look = look(id), members[id]?.isHidden != member.isHidden else {
                continue
            }
            return (id, look)
        }
        return nil
    }

    private mutating func updatePanic() {
        let isPanicking = 100 * usable < panicThreshold * members.count
        guard isPanicking != self.isPanicking else { return }
        self.isPanicking = isPanicking
        affected += ejected.flatMap { records[$0]?.subchannels ?? [] }
    }

    /// The state to show, from now on.
    private mutating func look(_ id: SubchannelID) -> ConnectivityState? {
        guard let member = members[id] else { return nil }
        let ejection = isPanicking ? nil : records[member.identity]?.ejection
        let isHidden = ejection != nil && member.state.isReady
        members[id]?.isHidden = isHidden
        guard isHidden, let ejection else { return member.state }
        return .transientFailure(ejection.error)
    }
}

// MARK: outcomes

extension EjectionBook {
    /// Takes what has come since it was last done.
    mutating func refresh() {
        var index = members.values.startIndex
        while index != members.values.endIndex {
            let counts = members.values[index].load.outcomes
            count(counts.since(members.values[index].seen), members.values[index].identity)
            members.values[index].seen = counts
            members.values.formIndex(after: &index)
        }
    }

    mutating func refresh(_ id: SubchannelID) {
        guard let member = members[id] else { return }
        let counts = member.load.outcomes
        count(counts.since(member.seen), member.identity)
        members[id]?.seen = counts
    }

    private mutating func count(_ new: OutcomeCounts, _ identity: Endpoint.Identity) {
        guard new != OutcomeCounts(), records[identity] != nil else { return }
        records[identity]?.totals.add(new)
        let served = new.successes &+ new.refusals
        if served > 0 || new.faults > 0 { records[identity]?.hasJustFailed = new.faults > served }
        fleet.add(new)
    }
}
