// SPDX-License-Identifier: Apache-2.0

/// A world that policies are tried in, as data. Everything is in seconds and shares of one.
package struct Scenario: Sendable {
    package var name: String
    package var summary: String

    package var clients = 100
    package var servers = 100
    /// Calls that a server executes at once without slowing each other.
    package var cores = 4
    /// Of the servers, which take them in turn; 1 is what `demand` is measured on.
    package var speeds: [Double] = [1]
    package var demand = Demand.normal(mean: 0.08)
    /// Kinds of calls, each with its share; none is one kind, of `demand`.
    package var kinds: [CallKind] = []
    /// How many calls come, as a share of what the servers can do in all without other work; each from its time on.
    package var loads: [(from: Double, load: Double)] = [(0, 0.8)]
    package var antagonist: Antagonist?
    package var duration = 70.0
    /// What happens before is not counted.
    package var warmUp = 20.0
    /// After which a client gives a call up.
    package var timeout = 5.0
    /// Whether a server stops what its client gave up, as it does when deadlines and cancellation reach it.
    package var stopsAtTimeout = true
    /// One way between any client and server.
    package var networkDelay = 0.000_25
    /// The share of servers that report their load.
    package var reporting = 1.0
    /// The servers that always report that they are idle.
    package var reportingZero: [Int] = []
    package var failures: [Failure] = []
    /// Every so many seconds one server is replaced by another.
    package var churn: Double?
    package var idleStreams: IdleStreams?
    /// How many keys calls have, the k-th as often as 1/k^`keySkew`; none when 0.
    package var keys = 0
    package var keySkew = 0.9

    package init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }

    package func with(_ change: (inout Scenario) -> Void) -> Scenario {
        var copy = self
        change(&copy)
        return copy
    }

    /// A server that answers at once that it cannot.
    package struct Failure: Sendable {
        package var server: Int
        package var from: Double
        package var until: Double
        /// Of its calls.
        package var share: Double
        package var latency: Double

        package init(server: Int, from: Double, until: Double = .infinity, share: Double = 1, latency: Double = 0.001) {
            self.server = server
            self.from = from
            self.until = until
            self.share = share
            self.latency = latency
        }
    }

    /// Calls that are open all the time and do nothing.
    package struct IdleStreams: Sendable {
        package var server: Int
        package var count: Int
        /// Whether the server counts them in its reports.
        package var areReported: Bool

        package init(server: Int, count: Int, areReported: Bool) {
            self.server = server
            self.count = count
            self.areReported = areReported
        }
    }

    /// A method, or a way of calling it.
    package struct CallKind: Sendable {
        package enum Answer: Sendable { case success, refusal, fault }

        package var name: String
        package var share: Double
        package var demand: Demand
        package var answer = Answer.success
        /// The clients that make such calls; all when `nil`.
        package var clients: ClosedRange<Int>?

        package init(_ name: String, share: Double, demand: Demand, answer: Answer = .success) {
            self.name = name
            self.share = share
            self.demand = demand
            self.answer = answer
        }
    }

    /// The mean work of a call; every client makes as many.
    var meanDemand: Double {
        guard !kinds.isEmpty else { return demand.mean }
        let means = (0..<clients).map { client in
            let own = kinds.filter { $0.clients?.contains(client) ?? true }
            return own.reduce(0) { $0 + $1.share * $1.demand.mean } / own.reduce(0) { $0 + $1.share }
        }
        return means.reduce(0, +) / Double(clients)
    }

    func speed(of server: Int) -> Double { speeds.isEmpty ? 1 : speeds[server % speeds.count] }

    /// In proportion to the servers' speeds.
    var weights: [UInt32] { speeds.map { UInt32(($0 * 1000).rounded()) } }

    /// Calls in a second at load 1.
    var capacity: Double {
        (0..<servers).reduce(0) { $0 + speed(of: $1) } * Double(cores) / meanDemand
    }
}
