// SPDX-License-Identifier: Apache-2.0

/// What one run, or several of the same scenario and policy, came to.
package struct LabResult: Sendable {
    package var scenario: String
    package var policy: String
    /// By the steps of the load; one when it does not change.
    package var steps: [Step]
    /// Events that were simulated.
    package var events = 0

    package struct Step: Sendable {
        package let load: Double
        /// Of calls that succeeded or ran into the timeout, which count as so long.
        package var latencies = Histogram()
        package var calls = 0
        package var timeouts = 0
        /// Calls that a server failed.
        package var failures = 0
        /// Calls that were not sent anywhere.
        package var unsent = 0
        package var probes = 0
        /// Calls in a server now and then.
        package var inFlight = Moments()
        package var mostInFlight = 0

        init(load: Double) { self.load = load }

        package var errorShare: Double {
            calls == 0 ? 0 : Double(timeouts + failures + unsent) / Double(calls)
        }

        package var failureShare: Double { calls == 0 ? 0 : Double(failures) / Double(calls) }
        package var probesPerCall: Double { calls == 0 ? 0 : Double(probes) / Double(calls) }
    }

    /// Calls of each server.
    package var calls: [Int] = []
    /// Share of its capacity that each server used.
    package var utilisations: [Double] = []

    /// How often a client's policy chose among other endpoints because calls failed.
    package var ejections = 0

    init(_ scenario: String, _ policy: String, loads: [Double]) {
        self.scenario = scenario
        self.policy = policy
        steps = loads.map { Step(load: $0) }
    }

    /// All steps together.
    package var total: Step {
        var total = Step(load: steps.count == 1 ? steps[0].load : 0)
        for step in steps { total.merge(step) }
        return total
    }

    /// The most calls of a server over the mean.
    package var imbalance: Double { Moments(calls.map(Double.init)).spread }
    /// The deviation of the calls of servers over their mean.
    package var callVariation: Double { Moments(calls.map(Double.init)).variation }
    package var utilisationVariation: Double { Moments(utilisations).variation }

    /// Adds a run with another seed.
    package mutating func merge(_ other: LabResult) {
        for index in steps.indices { steps[index].merge(other.steps[index]) }
        for index in calls.indices { calls[index] += other.calls[index] }
        for index in utilisations.indices { utilisations[index] += other.utilisations[index] }
        events += other.events
        ejections += other.ejections
    }
}

extension LabResult.Step {
    fileprivate mutating func merge(_ other: LabResult.Step) {
        latencies.merge(other.latencies)
        calls += other.calls
        timeouts += other.timeouts
        failures += other.failures
        unsent += other.unsent
        probes += other.probes
        inFlight.merge(other.inFlight)
        mostInFlight = max(mostInFlight, other.mostInFlight)
    }
}

/// The sums that mean and deviation come from.
package struct Moments: Sendable {
    private var count = 0.0
    private var sum = 0.0
    private var squares = 0.0
    private var most = 0.0

    package init(_ values: [Double] = []) { for value in values { add(value) } }

    package mutating func add(_ value: Double) {
        count += 1
        sum += value
        squares += value * value
        most = max(most, value)
    }

    package mutating func merge(_ other: Moments) {
        count += other.count
        sum += other.sum
        squares += other.squares
        most = max(most, other.most)
    }

    package var mean: Double { count == 0 ? 0 : sum / count }
    package var deviation: Double { count == 0 ? 0 : max(0, squares / count - mean * mean).squareRoot() }
    /// The deviation over the mean.
    package var variation: Double { mean == 0 ? 0 : deviation / mean }
    /// The greatest over the mean.
    package var spread: Double { mean == 0 ? 0 : most / mean }
}
