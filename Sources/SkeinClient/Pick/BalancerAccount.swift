// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// What a channel tells of its endpoints, for explanations.
struct BalancerAccount: Sendable {
    let policy: PolicyAccount
    let singleAddress: SingleAddress?
    /// Of the connections there are.
    let states: [(Endpoint.Identity, ConnectivityState)]

    /// Adds the endpoints that no call can go to, and why.
    func complete(_ explanation: inout PickExplanation) {
        let states = Dictionary(states) { first, _ in first }
        let known = Set(explanation.candidates.map(\.endpoint))
        for (identity, reason) in policy.remarks.sorted(by: { $0.key.description < $1.key.description })
        where !known.contains(identity) {
            let state = states[identity]
            var candidate = PickExplanation.Candidate(
                endpoint: identity, state: state.map { PickExplanation.State($0) }, reason: reason)
            if case .transientFailure(let error) = state { candidate.remark(error.message) }
            explanation.candidates.append(candidate)
        }
        guard let singleAddress else { return }
        if !explanation.candidates.contains(where: { $0.endpoint == singleAddress.endpoint }) {
            let state = states[singleAddress.endpoint].map { PickExplanation.State($0) }
            explanation.candidates.append(.init(endpoint: singleAddress.endpoint, state: state))
        }
        for index in explanation.candidates.indices
        where explanation.candidates[index].endpoint == singleAddress.endpoint {
            explanation.candidates[index].remark("\(singleAddress)")
        }
    }
}

extension PickExplanation.Candidate {
    /// Adds to what is special about it.
    fileprivate mutating func remark(_ remark: String) { reason = reason.isEmpty ? remark : "\(reason), \(remark)" }
}
