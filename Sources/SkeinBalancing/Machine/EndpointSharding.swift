// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Keeps one subchannel connected to every endpoint and says what calls can expect: the machine under every
/// `EndpointPolicy`.
///
/// An endpoint that fails counts as failing until it is ready again, however often it reconnects in between (gRFC A62).
/// Any ready endpoint makes the whole ready; else any that is not failing makes it connecting; else it fails. An event
/// costs what it changes, not the number of endpoints.
package struct EndpointSharding: Sendable {
    package enum Outlook: Sendable {
        case ready([ReadyEndpoint])
        case connecting
        case failing(RPCError)
    }

    private enum State {
        /// Or idle, which is left at once.
        case connecting
        case ready(index: Int)
        case failing

        var isReady: Bool { if case .ready = self { true } else { false } }
        var isFailing: Bool { if case .failing = self { true } else { false } }
    }

    private struct Member {
        var endpoint: Endpoint
        var state = State.connecting
    }

    /// What an event changed that calls can notice.
    private struct Changes {
        var ready = false
        var error = false
    }

    private enum Kind { case ready, connecting, failing }

    private var members: [SubchannelID: Member] = [:]
    private var ids: [Endpoint.Identity: SubchannelID] = [:]
    private var ready: [ReadyEndpoint] = []
    private var failing = 0
    private var lastError = RPCError(.unavailable, "pick an endpoint: the resolver has not answered")
    private var reported: Kind?
    /// Changes whenever an endpoint comes, goes, or has other attributes.
    package private(set) var revision: UInt64 = 0

    package init() {}

    /// Every endpoint there is, ready or not, in no particular order.
    package var endpoints: [(id: SubchannelID, endpoint: Endpoint)] {
        members.map { ($0.key, $0.value.endpoint) }
    }

    func identity(of id: SubchannelID) -> Endpoint.Identity? { members[id]?.endpoint.identity }

    /// Says of those that are not ready why.
    package func describe(_ account: inout PolicyAccount) {
        guard account.wantsRemarks else { return }
        for member in members.values {
            switch member.state {
            case .ready: break
            case .connecting: account.remark("connecting", on: member.endpoint.identity)
            case .failing: account.remark("not usable", on: member.endpoint.identity)
            }
        }
    }

    /// What calls can expect now; `nil` before the first answer.
    package var outlook: Outlook? { reported.map(outlook) }

    /// Takes the endpoints there are now; the result is what calls can expect, if that changed.
    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) -> Outlook? {
        var changes = Changes()
        var gone = ids
        for endpoint in update.endpoints {
            let identity = endpoint.identity
            guard let id = ids[identity] else {
                add(endpoint, identity, &out)
                continue
            }
            // The first of two that are the same counts.
            if gone.removeValue(forKey: identity) != nil { refresh(id, endpoint, &changes, &out) }
        }
        for (identity, id) in gone.sorted(by: { $0.value.slot < $1.value.slot }) {
            ids[identity] = nil
            remove(id, &changes)
            out.setReady(id, false)
            out.shutDown(id)
        }
        if members.isEmpty {
            lastError = update.emptyError
            changes.error = true
        }
        return report(changes)
    }

    /// Keeps the endpoints there are; without any, calls fail with `error`.
    package mutating func resolutionFailed(_ error: RPCError) -> Outlook? {
        guard members.isEmpty else { return nil }
        lastError = error
        return report(Changes(error: true))
    }

    /// Notes a subchannel's new state; the result is what calls can expect, if that changed.
    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) -> Outlook? {
        guard let member = members[id] else { return nil }
        var changes = Changes()
        switch (state, member.state) {
        case (.ready, .ready), (.connecting, _), (.shutdown, _): break
        case (.ready, let old):
            if case .failing = old { failing -= 1 }
            members[id]?.state = .ready(index: ready.count)
            ready.append(ReadyEndpoint(id: id, load: out.load(of: id, at: member.endpoint)))
            changes.ready = true
            out.setReady(id, true)
        case (.idle, let old):
            if case .ready(let index) = old {
                out.setReady(id, false)
                removeReady(index)
                members[id]?.state = .connecting
                changes.ready = true
                out.requestResolution()
            }
            out.connect(id)
        case (.transientFailure(let error), let old):
            if case .ready(let index) = old {
                out.setReady(id, false)
                removeReady(index)
            }
            changes.ready = old.isReady
            if !old.isFailing { failing += 1 }
            members[id]?.state = .failing
            lastError = error
            changes.error = true
            out.requestResolution()
        }
        return report(changes)
    }
}

extension EndpointSharding {
    private mutating func add(_ endpoint: Endpoint, _ identity: Endpoint.Identity, _ out: inout PolicyActions) {
        let id = out.createSubchannel(for: endpoint)
        ids[identity] = id
        members[id] = Member(endpoint: endpoint)
        revision += 1
        out.setReady(id, false)
        out.connect(id)
    }

    /// The same server, perhaps with other attributes.
    private mutating func refresh(
        _ id: SubchannelID, _ endpoint: Endpoint, _ changes: inout Changes, _ out: inout PolicyActions
    ) {
        guard let member = members[id], member.endpoint != endpoint else { return }
        members[id]?.endpoint = endpoint
        revision += 1
        guard case .ready(let index) = member.state else { return }
        ready[index] = ReadyEndpoint(id: id, load: out.load(of: id, at: endpoint))
        changes.ready = true
    }

    private mutating func remove(_ id: SubchannelID, _ changes: inout Changes) {
        revision += 1
        switch members.removeValue(forKey: id)?.state {
        case .ready(let index):
            removeReady(index)
            changes.ready = true
        case .failing: failing -= 1
        case .connecting, nil: break
        }
    }

    /// Fills the gap with the last one.
    private mutating func removeReady(_ index: Int) {
        let last = ready.removeLast()
        guard index < ready.count else { return }
        ready[index] = last
        members[last.id]?.state = .ready(index: index)
    }

    private mutating func report(_ changes: Changes) -> Outlook? {
        let kind: Kind = !ready.isEmpty ? .ready : failing == members.count ? .failing : .connecting
        let isNews = kind != reported || (kind == .ready && changes.ready) || (kind == .failing && changes.error)
        reported = kind
        return isNews ? outlook(kind) : nil
    }

    private func outlook(_ kind: Kind) -> Outlook {
        switch kind {
        case .ready: .ready(ready)
        case .connecting: .connecting
        case .failing: .failing(failure)
        }
    }

    private var failure: RPCError {
        guard members.count > 1 else { return lastError }
        return RPCError(
            .unavailable,
            "reach any of \(members.count) endpoints, all of which fail; the last with: \(lastError.message)",
            cause: lastError)
    }
}
