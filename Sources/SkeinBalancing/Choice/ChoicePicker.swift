// SPDX-License-Identifier: Apache-2.0

/// How a policy chooses among endpoints that have numbers from 0.
protocol EndpointChoice: Sendable {
    /// The number of an endpoint. `again` is above 0 when the call has tried what was chosen before: another choice is
    /// asked for, but not promised.
    func choose(_ call: borrowing PickContext, again: Int) -> Int
}

/// Picks what a policy chooses, but an endpoint that the call has tried before only when it has tried them all: how
/// every policy avoids repeating a failed attempt.
struct ChoicePicker<Choice: EndpointChoice>: Picker {
    private static var choices: Int { 16 }

    let ids: [SubchannelID]
    let choice: Choice

    func pick(_ call: borrowing PickContext) -> PickResult {
        let id = ids[choice.choose(call, again: 0)]
        return call.attempt > 0 && call.wasTried(id) ? .subchannel(untried(call) ?? id) : .subchannel(id)
    }

    /// Chooses again, which keeps the shares of those that are left; then takes any.
    @inline(never)
    private func untried(_ call: borrowing PickContext) -> SubchannelID? {
        for again in 1...ChoicePicker.choices {
            let id = ids[choice.choose(call, again: again)]
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
