// SPDX-License-Identifier: Apache-2.0

/// Sends each call to the endpoint where its key belongs, or to the next that can take it.
package struct HashPicker<Table: Placement>: Picker {
    private static var mostSteps: Int { 1024 }

    private let table: Table
    private let members: HashMembers
    private let hashing: HashingOptions
    /// For the case that so few endpoints are ready that the table does not come to one soon.
    private let ready: [UInt32]

    init(table: Table, members: HashMembers, hashing: HashingOptions) {
        self.table = table
        self.members = members
        self.hashing = hashing
        ready = members.takeReady()
    }

    package func pick(_ call: borrowing PickContext) -> PickResult {
        let key = hashing.key(of: call)
        if let number = table.place(key, call, members, .everything) { return .subchannel(members.ids[number]) }
        return elsewhere(key, call)
    }

    @inline(never)
    private func elsewhere(_ key: UInt64, _ call: borrowing PickContext) -> PickResult {
        let number =
            search(key, call, .everything) ?? table.place(key, call, members, .ready) ?? search(key, call, .ready)
        return number.map { .subchannel(members.ids[$0]) } ?? .queue
    }

    private func search(_ key: UInt64, _ call: borrowing PickContext, _ demand: Demand) -> Int? {
        guard !ready.isEmpty else { return nil }
        let start = Draws.index(Draws.mix(key), below: ready.count)
        for step in 0..<min(ready.count, HashPicker.mostSteps) {
            let number = Int(ready[(start + step) % ready.count])
            if members.accepts(number, call, demand) { return number }
        }
        return nil
    }
}
