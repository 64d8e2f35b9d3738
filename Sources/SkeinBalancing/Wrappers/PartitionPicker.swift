// SPDX-License-Identifier: Apache-2.0

/// One of several pickers, by their shares; that one chooses.
struct PartitionPicker: Picker {
    struct Part: Sendable {
        let name: String
        let picker: any Picker
        /// In proportion to those of the others.
        let share: Double
    }

    private let names: [String]
    private let pickers: [any Picker]
    private let weights: [Double]
    private let shares: AliasTable

    /// There are at least two.
    init(_ parts: [Part]) {
        names = parts.map(\.name)
        pickers = parts.map(\.picker)
        weights = parts.contains { $0.share > 0 } ? parts.map(\.share) : parts.map { _ in 1 }
        shares = AliasTable(weights)
    }

    var wantsReports: Bool { pickers.contains { $0.wantsReports } }

    func candidates(_ call: borrowing PickContext) -> [PickCandidate] {
        let whole = weights.reduce(0, +)
        var all: [PickCandidate] = []
        for (number, picker) in pickers.enumerated() {
            let part = PartitionPicker.reason(names[number], share: weights[number] / whole)
            for candidate in picker.candidates(call) {
                all.append(PickCandidate(candidate.id, score: candidate.score, reasons: part, candidate.reason))
            }
        }
        return all
    }

    private static func reason(_ name: String, share: Double) -> String {
        "in \(PartitionPart.description(name)), which gets \(Int((share * 100).rounded())) % of the calls"
    }

    func pick(_ call: borrowing PickContext) -> PickResult {
        let number = shares.number(at: Draws.mix(~call.random))
        let result = pickers[number].pick(call)
        return call.attempt > 0 && wasTried(result, call) ? elsewhere(result, but: number, call) : result
    }

    private func wasTried(_ result: PickResult, _ call: borrowing PickContext) -> Bool {
        result.kind == .subchannel && call.wasTried(result.id)
    }

    /// An endpoint that the call has not tried, if there is one.
    private func elsewhere(_ result: PickResult, but number: Int, _ call: borrowing PickContext) -> PickResult {
        for step in 1..<pickers.count {
            let other = pickers[(number + step) % pickers.count].pick(call)
            if other.kind == .subchannel, !wasTried(other, call) { return other }
        }
        return result
    }
}
