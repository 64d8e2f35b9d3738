// SPDX-License-Identifier: Apache-2.0

/// Picks what a policy chooses among endpoints with numbers from 0, but one that the call has tried before only when it
/// has tried them all: how every policy avoids repeating a failed attempt.
///
/// Conforming types are not generic, as those of `DirectPicker`.
protocol ChoicePicker: DirectPicker {
    /// The endpoints, by number; at least one.
    var ids: [SubchannelID] { get }

    /// The number of an endpoint. `again` is above 0 when the call has tried what was chosen before: another choice is
    /// asked for, but not promised.
    func choose(_ call: borrowing PickContext, again: Int) -> Int

    /// What the choice compares of an endpoint, and what is special about it.
    func appraisal(_ number: Int, _ call: borrowing PickContext) -> (score: Double?, reason: String)
}

extension ChoicePicker {
    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID { chosen(call) }

    func appraisal(_ number: Int, _ call: borrowing PickContext) -> (score: Double?, reason: String) { (nil, "") }

    func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        var all: [PickCandidate] = []
        for number in ids.indices.prefix(1000) {
            let (score, reason) = appraisal(number, call)
            let tried = call.wasTried(ids[number]) ? "tried before" : ""
            all.append(PickCandidate(ids[number], score: score, reasons: tried, reason))
        }
        return all
    }

    func chosen(_ call: borrowing PickContext) -> SubchannelID {
        let id = ids[choose(call, again: 0)]
        return call.attempt > 0 && call.wasTried(id) ? untried(call) ?? id : id
    }

    /// Chooses again, which keeps the shares of those that are left; then takes any.
    @inline(never)
    private func untried(_ call: borrowing PickContext) -> SubchannelID? {
        for again in 1...16 {
            let id = ids[choose(call, again: again)]
            if !call.wasTried(id) { return id }
        }
        let start = Draws.index(call.random, below: ids.count)
        for step in 0..<ids.count {
            let id = ids[(start + step) % ids.count]
            if !call.wasTried(id) { return id }
        }
        return nil
    }
}
