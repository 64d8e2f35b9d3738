// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// `slow_start`: an endpoint that has just become ready, for the first time or after it failed, gets its share of the
/// calls little by little: its caches are cold, and a wave of calls could make it fail again.
///
/// The policy inside knows nothing of it: of the calls that it sends to a new endpoint, some are sent elsewhere by
/// `SlowStartPicker`. While no endpoint has been ready for a window's length all are new, and none can spare another:
/// then nothing is changed.
package struct SlowStart: WrapperPolicy {
    package static let name = "slow_start"

    private struct Place {
        var id: SubchannelID?
        var isReady = false
        /// When it became ready, at first or after it failed.
        var start: ContinuousClock.Instant?
    }

    private enum Wait: Int {
        case none, step, moment
    }

    private static let timer = TimerID(0)
    private static let step = Duration.seconds(1)
    /// For others to become ready, too.
    private static let moment = Duration.milliseconds(10)

    package var inner: InnerPolicy
    private var configuration: SlowStartConfiguration
    private var lastUpdate: EndpointUpdate?
    private var places: [Endpoint.Identity: Place] = [:]
    /// Those that are ready and have not been for a window's length.
    private var ramping: Set<Endpoint.Identity> = []
    /// How many have.
    private var settled = 0
    /// An endpoint is new, and the picker does not know.
    private var isBehind = false
    private var scheduled = Wait.none

    package init(_ configuration: SlowStartConfiguration, seed: UInt64, policies: LoadBalancingRegistry) {
        self.configuration = configuration
        inner = InnerPolicy(policies, seed: seed, timers: 1, isBare: true)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        lastUpdate = update
        let old = places
        places = [:]
        for endpoint in update.endpoints { places[endpoint.identity] = old[endpoint.identity] ?? Place() }
        ramping = ramping.filter { places[$0] != nil }
        settled = places.count { $0.value.isReady } - ramping.count
        updateChild(&out)
    }

    package mutating func reconfigure(_ configuration: SlowStartConfiguration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        updateChild(&out)
        publish(&out)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        if let identity = inner.identity(of: id) { note(identity, id, state, at: out.now) }
        tell(&out) { $0.subchannel(id, became: state, &$1) }
        schedule(&out)
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard id == SlowStart.timer else { return innerTimerFired(id, &out) }
        scheduled = .none
        let wasRamping = isRamping
        let done = ramping.filter { identity in
            places[identity]?.start.map { $0 + configuration.window <= out.now } ?? true
        }
        ramping.subtract(done)
        settled += done.count
        if isRamping || wasRamping { publish(&out) }
        schedule(&out)
    }

    package mutating func publish(_ out: inout PolicyActions) {
        isBehind = false
        let shares = isRamping && inner.state.isReady ? shares(at: out.now) : [:]
        if shares.isEmpty {
            out.publish(inner.state, inner.picker)
        } else {
            out.publish(inner.state, SlowStartPicker(inner.picker, shares))
        }
    }
}

extension SlowStart {
    /// Whether there are endpoints that are to be spared, and others to spare them.
    private var isRamping: Bool { !ramping.isEmpty && settled > 0 }

    private mutating func updateChild(_ out: inout PolicyActions) {
        guard let lastUpdate, let choice = configuration.child else { return }
        updateInner(lastUpdate, choice, &out)
        schedule(&out)
    }

    private mutating func note(
        _ identity: Endpoint.Identity, _ id: SubchannelID, _ state: ConnectivityState, at now: ContinuousClock.Instant
    ) {
        guard var place = places[identity] else { return }
        let wasReady = place.isReady
        place.id = id
        place.isReady = state.isReady
        if state.isReady, place.start == nil { place.start = now }
        if state.isTransientFailure { place.start = nil }
        places[identity] = place
        guard wasReady != place.isReady else { return }
        if wasReady {
            if ramping.remove(identity) == nil { settled -= 1 }
        } else if let start = place.start, now < start + configuration.window {
            ramping.insert(identity)
            isBehind = true
        } else {
            settled += 1
        }
    }

    /// The parts of their calls that new endpoints keep.
    private func shares(at now: ContinuousClock.Instant) -> [SubchannelID: Double] {
        var shares: [SubchannelID: Double] = [:]
        for identity in ramping {
            guard let place = places[identity], let id = place.id, let start = place.start else { continue }
            shares[id] = configuration.share(after: now - start)
        }
        return shares
    }

    private mutating func schedule(_ out: inout PolicyActions) {
        let wait: Wait = ramping.isEmpty ? .none : isBehind && settled > 0 ? .moment : .step
        guard wait.rawValue > scheduled.rawValue else { return }
        scheduled = wait
        out.schedule(SlowStart.timer, after: wait == .moment ? SlowStart.moment : SlowStart.step)
    }
}
