// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The part of the endpoints that a policy uses, from one answer of the resolver to the next; all of them while no
/// subset is needed.
struct SubsetMembers: Sendable {
    private var subset: Subset?
    private var answer: EndpointUpdate?

    /// The resolver's last answer with those endpoints that are to be used; `nil` before the first.
    var endpoints: EndpointUpdate? {
        guard let answer else { return nil }
        return subset.map { answer.with($0.members) } ?? answer
    }

    /// How many clients share the endpoints: as its config says, or else the resolver.
    private(set) var clients: Int?

    /// Takes an answer of the resolver; `nil`: the last one again, for another rule.
    mutating func update(_ update: EndpointUpdate?, _ rule: some SubsetRule, seed: UInt64) {
        guard let update = update ?? answer else { return }
        answer = update
        clients = rule.clientCount ?? update.clients
        let size = rule.size(of: Set(update.endpoints.map(\.identity)).count, clients: clients)
        // The number that the resolver says changes: clients that come and go should not move all others.
        let ranking = Subset.Ranking(ordinal: rule.clientOrdinal, clients: rule.clientCount, seed: seed)
        if let size, subset?.ranking == ranking {
            subset?.size = size
        } else {
            subset = size.map { Subset(ranking, size: $0, replacesFailing: rule.replacesFailing) }
        }
        subset?.update(update.endpoints)
    }

    /// What became of an endpoint; whether there may be others now.
    mutating func note(
        _ identity: Endpoint.Identity, _ state: ConnectivityState, at now: ContinuousClock.Instant
    ) -> Bool {
        subset?.note(identity, state, at: now) ?? false
    }

    /// Whether there are others, since time has passed.
    mutating func pass(to now: ContinuousClock.Instant) -> Bool { subset?.pass(to: now) ?? false }

    /// Has `timer` fire when they may change by themselves.
    func schedule(_ timer: TimerID, _ out: inout PolicyActions) {
        if let due = subset?.due { out.schedule(timer, after: max(due - out.now, .zero)) }
    }

    /// Says of those that are not used why.
    func describe(_ account: inout PolicyAccount) {
        guard account.wantsRemarks, let subset, let answer else { return }
        let all = Set(answer.endpoints.map(\.identity))
        let who = clients.map { "this client, one of \($0)," } ?? "this client"
        for identity in all.subtracting(subset.members.map(\.identity)) {
            let reason =
                subset.isLeftOut(identity)
                ? "another has its place, since it failed" : "\(who) uses \(subset.size) of \(all.count) endpoints"
            account.remark("not in the subset: \(reason)", on: identity)
        }
    }
}
