// SPDX-License-Identifier: Apache-2.0
internal import CSkein
internal import SkeinCore
internal import Synchronization

extension PickerCore {
    /// What a pick with this context has in view.
    /// - Parameters:
    ///   - context: of a pick that was made, which went to `choice`; without a choice one is made for it, which starts
    ///     nothing, but may take a turn.
    ///   - identity: of a subchannel.
    func explain(
        _ context: inout PickContext, choice: SubchannelID?, identity: (AnyObject) -> Endpoint.Identity
    ) -> PickExplanation {
        let stripe = skein_stripe_current()!
        if choice == nil {
            context.reader = skein_stripe_index(stripe)
            context.random = skein_stripe_random(stripe)
        }
        let entered = skein_stripe_enter(stripe)
        defer { if entered { skein_stripe_exit(stripe) } }
        let snapshot = Unmanaged<Snapshot>.fromOpaque(current.load(ordering: .sequentiallyConsistent))
            .takeUnretainedValue()
        var explanation = PickExplanation(policy: snapshot.path, publication: snapshot.generation)
        for candidate in snapshot.picker.candidates(context) {
            guard let subchannel = slots.pickable(candidate.id) else { continue }
            let object = Unmanaged<AnyObject>.fromOpaque(subchannel).takeUnretainedValue()
            explanation.candidates.append(view(candidate, identity(object), at: context.time))
        }
        var chosen = choice
        if chosen == nil {
            let result = snapshot.picker.pick(context)
            switch result.kind {
            case .subchannel: chosen = result.id
            case .queue: explanation.problem = "the call waits: \(snapshot.state)"
            case .fail, .drop: explanation.problem = result.error.message
            }
        }
        if let subchannel = chosen.flatMap(slots.pickable) {
            explanation.choice = identity(Unmanaged<AnyObject>.fromOpaque(subchannel).takeUnretainedValue())
        }
        return explanation
    }

    private func view(
        _ candidate: PickCandidate, _ identity: Endpoint.Identity, at time: PickTime
    ) -> PickExplanation.Candidate {
        let slot = slots.slot(candidate.id.slot)
        let latency = slot.pointee.peakLatency
        return PickExplanation.Candidate(
            endpoint: identity, state: .ready, inFlight: slot.pointee.inFlight,
            latency: latency.isKnown ? Double(latency.seconds(at: time)) : nil, score: candidate.score,
            reason: candidate.reason)
    }
}
