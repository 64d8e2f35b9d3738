// SPDX-License-Identifier: Apache-2.0
import SkeinCore

/// What came out of many comparisons.
struct Tally: CustomStringConvertible {
    private(set) var explained: [Difference: Int] = [:]
    private(set) var unexplained: [String] = []
    var accepted = 0

    mutating func add(_ made: Case, _ what: String) { unexplained.append(made.describe(what)) }

    /// Adds a peer's verdict on `made` beside ours.
    mutating func count(_ made: Case, _ ours: Subject.Rewritten, _ peer: Peer, _ verdict: Verdict, _ text: String) {
        let what: String
        switch (ours, verdict) {
        case (.failure, .refused), (.success, .same): return
        case (.success, .different): what = "\(peer.rawValue) reads something else in what we wrote"
        case (.success, _): what = "\(peer.rawValue) refuses what we accept"
        case (.failure(let error), _): what = "\(peer.rawValue) accepts what we refuse, \(error.message)"
        }
        if let difference = Difference.explain(made, isAccepted: (try? ours.get()) != nil, peer, verdict) {
            explained[difference, default: 0] += 1
        } else {
            add(made, text.isEmpty ? what : "\(what): \(text)")
        }
    }

    var description: String {
        let known = Difference.allCases.map { "\(explained[$0] ?? 0) \($0.rawValue)" }
        return (["\(accepted) accepted", "\(unexplained.count) unexplained"] + known).joined(separator: ", ")
    }
}
