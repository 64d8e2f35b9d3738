// SPDX-License-Identifier: Apache-2.0

/// Sends each call to the endpoint where its key belongs, or to the next that can take it.
///
/// Conforming types are not generic, as those of `DirectPicker`.
package protocol HashPicker: DirectPicker {
    associatedtype Table: Placement

    init(_ parts: HashPickerParts<Table>)
    var parts: HashPickerParts<Table> { get }
}

/// What every such picker has.
package struct HashPickerParts<Table: Placement>: Sendable {
    let table: Table
    let members: HashMembers
    let hashing: HashingOptions
    /// For the case that so few endpoints are ready that the table does not come to one soon.
    let ready: [UInt32]
}

extension HashPicker {
    /// For the bounds of loads.
    package var wantsReports: Bool { parts.hashing.loadFactor != nil }

    package func pick(_ call: borrowing PickContext) -> PickResult {
        var remarks = PickRemarks()
        let id = destination(call, &remarks)
        return id == .none ? elsewhere(parts.hashing.key(of: call), call) : .subchannel(id)
    }

    package func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID {
        let number = parts.table.place(parts.hashing.key(of: call), call, parts.members, .everything)
        return number.map { parts.members.id($0) } ?? .none
    }

    package func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        let (key, members) = (parts.hashing.key(of: call), parts.members)
        guard let owner = parts.table.place(key, call, members, .ready) else { return [] }
        let taker = parts.table.place(key, call, members, .everything)
        if taker == owner { return [PickCandidate(members.id(owner), reason: "where the key belongs")] }
        let reason = call.wasTried(members.id(owner)) ? "tried before" : "over its bound"
        let next = taker.map { PickCandidate(members.id($0), reason: "the next that can take the key") }
        return [PickCandidate(members.id(owner), reason: "where the key belongs, but \(reason)")]
            + (next.map { [$0] } ?? [])
    }

    @inline(never)
    private func elsewhere(_ key: UInt64, _ call: borrowing PickContext) -> PickResult {
        let (table, members) = (parts.table, parts.members)
        let number =
            search(key, call, .everything) ?? table.place(key, call, members, .ready) ?? search(key, call, .ready)
        return number.map { .subchannel(members.id($0)) } ?? .queue
    }

    private func search(_ key: UInt64, _ call: borrowing PickContext, _ demand: Demand) -> Int? {
        let ready = parts.ready
        guard !ready.isEmpty else { return nil }
        let start = Draws.index(Draws.mix(key), below: ready.count)
        for step in 0..<min(ready.count, 1024) {
            let number = Int(ready[(start + step) % ready.count])
            if parts.members.accepts(number, call, demand) { return number }
        }
        return nil
    }
}
