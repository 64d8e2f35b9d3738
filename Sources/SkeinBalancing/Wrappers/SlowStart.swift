// SPDX-License-Identifier: Apache-2.0
internal import CSkein
package import SkeinCore

/// `slow_start`: an endpoint that has just become ready, for the first time or after it failed, gets its share of the
/// calls little by little: its caches are cold, and a wave of calls could make it fail again.
///
/// The policy inside is told of lower weights. While no endpoint has been ready for a window's length all are new, and
/// none can spare another: then nothing is changed.
package struct SlowStart: WrapperPolicy {
    package static let name = "slow_start"

    private struct Place {
        var endpoint: Endpoint
        var isReady = false
        /// When it became ready, at first or after it failed.
        var start: ContinuousClock.Instant?
    }

    private static let timer = TimerID(0)
    private static let step = Duration.seconds(1)
    /// Weights are whole numbers: those of a part of the weight must be, too.
    private static let scale = 100.0

    package var inner: InnerPolicy
    private var configuration: SlowStartConfiguration
    private var lastUpdate: EndpointUpdate?
    private var places: [Endpoint.Identity: Place] = [:]
    /// Those that are ready and have not been for a window's length.
    private var ramping: Set<Endpoint.Identity> = []
    /// How many have.
    private var settled = 0
    /// Those that have failed since the policy inside was told of weights: when they are ready, they are new again.
    private var restarted: Set<Endpoint.Identity> = []
    private var isScheduled = false

    package init(_ configuration: SlowStartConfiguration, seed: UInt64, policies: LoadBalancingRegistry) {
        self.configuration = configuration
        inner = InnerPolicy(policies, seed: seed, timers: 1, isBare: true)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        lastUpdate = update
        var old = places
        places = [:]
        for endpoint in update.endpoints where places[endpoint.identity] == nil {
            var place = old.removeValue(forKey: endpoint.identity) ?? Place(endpoint: endpoint)
            place.endpoint = endpoint
            places[endpoint.identity] = place
        }
        ramping = ramping.filter { places[$0] != nil }
        settled = places.count { $0.value.isReady } - ramping.count
        updateChild(&out)
    }

    package mutating func reconfigure(_ configuration: SlowStartConfiguration, _ out: inout PolicyActions) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        updateChild(&out)
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        let identity = inner.identity(of: id)
        let wasRamping = isRamping
        if let identity { note(identity, state, at: out.now) }
        inner.run(&out) { $0.subchannel(id, became: state, &$1) }
        let isNewAgain = state.isReady && identity.map { restarted.contains($0) } == true
        if isRamping != wasRamping || isRamping && isNewAgain { updateChild(&out) } else { schedule(&out) }
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        guard id == SlowStart.timer else { return inner.timerFired(id, &out) }
        isScheduled = false
        let wasRamping = isRamping
        let done = ramping.filter { identity in
            places[identity]?.start.map { $0 + configuration.window <= out.now } ?? true
        }
        ramping.subtract(done)
        settled += done.count
        if isRamping || wasRamping { updateChild(&out) } else { schedule(&out) }
    }
}

extension SlowStart {
    /// Whether weights are lowered now.
    private var isRamping: Bool { !ramping.isEmpty && settled > 0 }

    private mutating func note(
        _ identity: Endpoint.Identity, _ state: ConnectivityState, at now: ContinuousClock.Instant
    ) {
        guard var place = places[identity] else { return }
        let wasReady = place.isReady
        place.isReady = state.isReady
        if state.isReady, place.start == nil { place.start = now }
        if state.isTransientFailure, place.start != nil {
            place.start = nil
            restarted.insert(identity)
        }
        places[identity] = place
        guard wasReady != place.isReady else { return }
        if wasReady {
            if ramping.remove(identity) == nil { settled -= 1 }
        } else if let start = place.start, now < start + configuration.window {
            ramping.insert(identity)
        } else {
            settled += 1
        }
    }

    private mutating func updateChild(_ out: inout PolicyActions) {
        guard var update = lastUpdate, let choice = configuration.child else { return }
        if isRamping { for index in update.endpoints.indices { scale(&update.endpoints[index], at: out.now) } }
        restarted = []
        inner.update(update, choice, &out)
        schedule(&out)
    }

    private func scale(_ endpoint: inout Endpoint, at now: ContinuousClock.Instant) {
        guard endpoint.weight > 0 else { return }
        let share = share(of: endpoint.identity, at: now)
        endpoint.weight = UInt32(clamping: Int(max(1, Double(endpoint.weight) * share * SlowStart.scale)))
    }

    /// The part of its weight that an endpoint has now. One that is not ready has what it begins with, so that it needs
    /// no other when it is: many may become ready one after the other.
    private func share(of identity: Endpoint.Identity, at now: ContinuousClock.Instant) -> Double {
        guard let place = places[identity], !place.isReady || ramping.contains(identity) else { return 1 }
        return configuration.share(after: now - (place.start ?? now))
    }

    private mutating func schedule(_ out: inout PolicyActions) {
        guard !ramping.isEmpty, !isScheduled else { return }
        isScheduled = true
        out.schedule(SlowStart.timer, after: SlowStart.step)
    }
}

package struct SlowStartConfiguration: ContainerConfiguration {
    package var child: LoadBalancing? = .weightedRoundRobin
    package var window = Duration.seconds(30)
    /// Above 1, an endpoint gets more at first and less later.
    package var aggression = 1.0
    /// Of its weight, what it gets at least.
    package var minWeightPercent = 10.0

    package var children: [LoadBalancing] { child.map { [$0] } ?? [] }

    package init() {}
    package init(reading fields: inout ConfigFields) throws(ConfigurationError) {
        window = try fields.duration("window", default: window, in: .milliseconds(1)...(.seconds(86_400)))
        aggression = try fields.double("aggression", default: aggression, in: 0.01...100)
        minWeightPercent = try fields.double("minWeightPercent", default: minWeightPercent, in: 0...100)
        child = try fields.policy("childPolicy") ?? .weightedRoundRobin
    }

    init(over child: LoadBalancing, window: Duration) {
        self.child = child
        self.window = min(max(window, .milliseconds(1)), .seconds(86_400))
    }

    /// Which part of its weight an endpoint has so long after it became ready.
    func share(after time: Duration) -> Double {
        let progress = min(max(time / window, 0), 1)
        let share =
            aggression == 1 || progress == 0
            ? progress : Double(skein_exp(skein_log2(Float(progress)) / Float(aggression) * 0.693_147_18))
        return min(max(share, minWeightPercent / 100), 1)
    }

    package func validate(
        _ policies: LoadBalancingRegistry, as choice: LoadBalancing, _ reading: ConfigReading
    ) throws(ConfigurationError) {
        try validateChildren(policies, as: choice, isBare: true, reading)
        for child in children where try !policies.weighsEndpoints(child) {
            throw choice.problem(
                "childPolicy is \(child.policy), which does not send calls by weight: expected one of "
                    + policies.namesThatWeigh.joined(separator: ", "))
        }
    }
}
