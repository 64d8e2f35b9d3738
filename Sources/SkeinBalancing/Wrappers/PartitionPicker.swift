// SPDX-License-Identifier: Apache-2.0

/// One of several pickers, by their shares; that one chooses.
struct PartitionPicker: Picker {
    private let pickers: [any Picker]
    private let shares: AliasTable

    /// There are at least two.
    init(_ pickers: [any Picker], _ shares: [Double]) {
        self.pickers = pickers
        self.shares = AliasTable(shares.contains { $0 > 0 } ? shares : shares.map { _ in 1 })
    }

    var wantsReports: Bool { pickers.contains { $0.wantsReports } }

    func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        var all: [PickCandidate] = []
        for picker in pickers { all += picker.candidates(call) }
        return all
    }

    func pick(_ call: borrowing PickContext) -> PickResult {
        let number = shares.number(at: Draws.mix(~call.random))
        let result = pickers[number].pick(call)
        return call.attempt > 0 && wasTried(result, call) ? elsewhere(result, but: number, call) : result
    }

    private func wasTried(_ result: PickResult, _ call: borrowing PickContext) -> Bool {
        if case .subchannel(let id, _) = result.kind { call.wasTried(id) } else { false }
    }

    /// An endpoint that the call has not tried, if there is one.
    private func elsewhere(_ result: PickResult, but number: Int, _ call: borrowing PickContext) -> PickResult {
        for step in 1..<pickers.count {
            let other = pickers[(number + step) % pickers.count].pick(call)
            if case .subchannel = other.kind, !wasTried(other, call) { return other }
        }
        return result
    }
}
