// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `pick_first`: one connection, to the first address that answers (gRFC A61, A62).
///
/// A first pass tries the addresses one after the other, the next when the last one has failed or taken
/// `HappyEyeballs.attemptDelay`; the first that answers wins. When all have failed it says so, asks the resolver again,
/// and from then on retries every address at its own pace; it goes on saying so until one answers. A connection that
/// ends leaves it idle until the next call.
package struct PickFirst: LoadBalancingPolicy {
    package static let name = "pick_first"

    package struct Configuration: LoadBalancingConfiguration {
        package var shuffleAddressList = false

        package init() {}
        package init(shuffleAddressList: Bool) { self.shuffleAddressList = shuffleAddressList }
        package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
            shuffleAddressList = try fields.bool("shuffleAddressList", default: false)
        }
    }

    private enum Phase {
        /// No address is known.
        case empty
        /// Waits for a call.
        case idle
        /// The candidate at `latest` was the last to be tried; those before it have failed or take long. Their number
        /// when all have been.
        case firstPass(latest: Int)
        /// All are tried at all times; so many have failed since the resolver was asked.
        case retrying(failures: Int)
        case ready(SubchannelID)
    }

    /// One address.
    private struct Candidate {
        let endpoint: Endpoint
        var id: SubchannelID?
        var state = ConnectivityState.idle
        /// In this pass, or before it and not since its backoff.
        var hasFailed = false
    }

    /// When the next candidate is tried.
    private static let attemptTimer = TimerID(0)

    private var configuration: Configuration
    private var random: SplitMix64
    private var phase = Phase.empty
    private var candidates: [Candidate] = []
    /// `transientFailure` was published, and nothing has been ready since.
    private var isFailing = false
    private var lastError = RPCError(.unavailable, "connect: no address was tried")

    package init(_ configuration: Configuration, seed: UInt64) {
        self.configuration = configuration
        random = SplitMix64(seed: seed)
    }

    /// Takes effect with the next answer of the resolver.
    package mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {
        self.configuration = configuration
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        if candidates.isEmpty { fail(error, &out) }
    }

    package mutating func exitIdle(_ out: inout PolicyActions) {
        if case .idle = phase { startPass(&out) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        guard let index = candidates.firstIndex(where: { $0.id == id }) else { return }
        candidates[index].state = state
        if case .transientFailure(let error) = state { lastError = error }
        switch (phase, state) {
        // What ends its choice is the end of the connection, not what is said of the server's health (gRFC A61).
        case (.ready, .ready), (.ready, .transientFailure), (_, .shutdown): break
        case (_, .ready): select(index, &out)
        case (.ready, _):
            out.requestResolution()
            goIdle(&out)
        case (.firstPass(let latest), .transientFailure), (.firstPass(let latest), .idle):
            candidates[index].hasFailed = true
            if index == latest { attempt(from: index + 1, &out) } else { endPassIfAllFailed(&out) }
        case (.retrying(let failures), .transientFailure): noteFailure(failures + 1, &out)
        case (.retrying, .idle): out.connect(id)
        default: break
        }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        if case .firstPass(let latest) = phase { attempt(from: latest + 1, &out) }
    }
}

// MARK: answers of the resolver

extension PickFirst {
    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        let fresh = order(update.endpoints)
        guard !fresh.isEmpty else {
            replaceCandidates([], &out)
            phase = .empty
            return fail(update.emptyError, &out)
        }
        let isNew = isNews(fresh)
        if isNew || !configuration.shuffleAddressList { replaceCandidates(fresh, &out) }
        switch phase {
        case .idle: break
        case .ready(let id): if !candidates.contains(where: { $0.id == id }) { goIdle(&out) }
        case .empty: startPass(&out)
        // The same answer once more is no reason to start over: it may well be the answer to our own question.
        case .firstPass, .retrying: if isNew { startPass(&out) }
        }
    }

    private mutating func order(_ endpoints: [Endpoint]) -> [Endpoint] {
        AddressOrder.flatten(
            configuration.shuffleAddressList ? AddressOrder.shuffle(endpoints, &random) : endpoints)
    }

    private func isNews(_ fresh: [Endpoint]) -> Bool {
        let old = candidates.map(\.endpoint.addresses)
        let new = fresh.map(\.addresses)
        return configuration.shuffleAddressList ? Set(old) != Set(new) : old != new
    }

    /// Subchannels whose address is still there stay as they are; the others are shut down.
    private mutating func replaceCandidates(_ fresh: [Endpoint], _ out: inout PolicyActions) {
        var left = Dictionary(candidates.map { ($0.endpoint.addresses, $0) }, uniquingKeysWith: { first, _ in first })
        let old = candidates
        candidates = fresh.map { endpoint in
            let known = left.removeValue(forKey: endpoint.addresses)
            return Candidate(endpoint: endpoint, id: known?.id, state: known?.state ?? .idle)
        }
        for candidate in old where left[candidate.endpoint.addresses] != nil {
            if let id = candidate.id { out.shutDown(id) }
        }
    }
}

// MARK: connecting

extension PickFirst {
    private mutating func startPass(_ out: inout PolicyActions) {
        if !isFailing { out.publish(.connecting, QueueingPicker()) }
        for index in candidates.indices { candidates[index].hasFailed = candidates[index].state.isTransientFailure }
        attempt(from: 0, &out)
    }

    /// Tries the first candidate from `start` on that has not just failed.
    private mutating func attempt(from start: Int, _ out: inout PolicyActions) {
        guard let index = candidates.indices.dropFirst(start).first(where: { !candidates[$0].hasFailed }) else {
            phase = .firstPass(latest: candidates.count)
            return endPassIfAllFailed(&out)
        }
        phase = .firstPass(latest: index)
        connect(index, &out)
        if index + 1 < candidates.count { out.schedule(PickFirst.attemptTimer, after: HappyEyeballs.attemptDelay) }
    }

    private mutating func endPassIfAllFailed(_ out: inout PolicyActions) {
        guard candidates.allSatisfy(\.hasFailed) else { return }
        phase = .retrying(failures: 0)
        out.requestResolution()
        fail(lastError, &out)
        for index in candidates.indices { connect(index, &out) }
    }

    private mutating func connect(_ index: Int, _ out: inout PolicyActions) {
        guard case .idle = candidates[index].state else { return }
        let id = candidates[index].id ?? out.createSubchannel(ignoringHealthFor: candidates[index].endpoint)
        candidates[index].id = id
        out.connect(id)
    }

    private mutating func select(_ selected: Int, _ out: inout PolicyActions) {
        guard let id = candidates[selected].id else { return }
        for index in candidates.indices where index != selected {
            if let other = candidates[index].id { out.shutDown(other) }
            candidates[index].id = nil
            candidates[index].state = .idle
        }
        phase = .ready(id)
        isFailing = false
        out.publish(.ready, SelectedPicker(id: id))
    }

    private mutating func noteFailure(_ failures: Int, _ out: inout PolicyActions) {
        let askAgain = failures >= candidates.count
        phase = .retrying(failures: askAgain ? 0 : failures)
        if askAgain { out.requestResolution() }
        fail(lastError, &out)
    }

    private mutating func goIdle(_ out: inout PolicyActions) {
        phase = .idle
        out.publish(.idle, QueueingPicker())
    }

    private mutating func fail(_ error: RPCError, _ out: inout PolicyActions) {
        isFailing = true
        out.publish(.transientFailure(error), FailingPicker(error))
    }
}

/// Every call to the one connection.
private struct SelectedPicker: DirectPicker {
    let id: SubchannelID
    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID { id }
    func candidates(_ call: borrowing PickContext) -> [PickCandidate] { [PickCandidate(id, reason: "connected")] }
}
