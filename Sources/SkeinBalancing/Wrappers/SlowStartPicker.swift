// SPDX-License-Identifier: Apache-2.0

/// Lets another picker choose; of what it sends to new endpoints these keep a part, and it chooses again for the rest.
///
/// Which part that is, a call's own hash key decides: a key moves to its new endpoint once, and does not go back and
/// forth meanwhile.
struct SlowStartPicker: Picker {
    /// After so many refusals nearly all endpoints are new.
    private static let tries = 16

    private let inner: any Picker
    /// The parts that new endpoints keep.
    private let shares: [SubchannelID: Double]

    init(_ inner: any Picker, _ shares: [SubchannelID: Double]) {
        self.inner = inner
        self.shares = shares
    }

    var wantsReports: Bool { inner.wantsReports }

    func pick(_ call: borrowing PickContext) -> PickResult {
        let first = inner.pick(call)
        return isRefused(first, call) ? elsewhere(first, call) : first
    }

    func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        inner.candidates(call).map { candidate in
            guard let share = shares[candidate.id] else { return candidate }
            let remark = "new, keeps \(Int((share * 100).rounded())) % of its calls"
            return PickCandidate(candidate.id, score: candidate.score, reasons: candidate.reason, remark)
        }
    }

    private func elsewhere(_ first: PickResult, _ call: borrowing PickContext) -> PickResult {
        var again = PickContext(copying: call)
        var result = first
        for _ in 0..<SlowStartPicker.tries {
            again.redraw(but: result.id)
            let next = inner.pick(again)
            guard next.kind == .subchannel else { return result }
            result = next
            if !isRefused(result, again) { return result }
        }
        return result
    }

    private func isRefused(_ result: PickResult, _ call: borrowing PickContext) -> Bool {
        guard result.kind == .subchannel, let share = shares[result.id] else { return false }
        let endpoint = UInt64(result.id.slot) &* 0x9E37_79B9_7F4A_7C15
        return Draws.unit(Draws.mix((call.hash ?? call.random) ^ endpoint)) >= share
    }
}
