// SPDX-License-Identifier: Apache-2.0
package import SkeinBalancing
package import SkeinCore

/// A policy behind lines of text, one instance for each client, so that a judge in another process can try it: it says
/// what happens when, and is told where calls go.
///
/// Times are seconds with decimals, up to two weeks. A line that is unknown or wrong changes nothing.
package struct PickBridge {
    private struct Route: Hashable {
        let client: Int
        let server: Int
    }

    private static let mostChannels = 100_000
    private static let mostConnections = 20_000_000
    /// Two weeks: policies look at their endpoints every few seconds, also while no line comes.
    private static let longest = 1_209_600.0

    private let choice: LoadBalancing
    private let registry: LoadBalancingRegistry
    private let method = MethodDescriptor("skein.lab.Service", "Call", .unary)
    private var channels: [SimulatedChannel] = []
    private var servers = 0
    private var cores: UInt32 = 1
    private var now = 0.0
    /// Attempts that have not ended, oldest first.
    private var outstanding: [Route: [Attempt]] = [:]
    /// By server; a new one for each that was replaced.
    private var incarnations: [UInt64] = []

    /// Throws when the policy is not registered or its config is invalid.
    package init(_ choice: LoadBalancing, registry: LoadBalancingRegistry = .builtIn) throws(ConfigurationError) {
        try registry.validate([choice])
        self.choice = choice
        self.registry = registry
    }

    /// Takes a line; the answer to a pick is the server's number and those of servers to ask for their load, or `-` when
    /// the call has to wait or fails.
    package mutating func handle(_ line: String) -> String? {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let verb = words.first else { return nil }
        var arguments = BridgeArguments(words.dropFirst())
        switch verb {
        case "init": initialise(&arguments)
        case "pick": return pick(&arguments)
        case "done": done(&arguments)
        case "probed": probed(&arguments)
        case "probefail": probeFailed(&arguments)
        case "weights": weigh(&arguments)
        case "replaced": replace(&arguments)
        default: break
        }
        return nil
    }

    private mutating func initialise(_ arguments: inout BridgeArguments) {
        guard let servers = arguments.whole(in: 1...PickBridge.mostConnections),
            let clients = arguments.whole(in: 1...PickBridge.mostChannels),
            let seed = arguments.seed(), let cores = arguments.whole(in: 1...Int(Int32.max)),
            servers.multipliedReportingOverflow(by: clients).partialValue <= PickBridge.mostConnections
        else { return }
        var seeds = SplitMix64(seed: seed)
        var channels: [SimulatedChannel] = []
        for _ in 0..<clients {
            guard
                let channel = try? SimulatedChannel(
                    choice, servers: servers, seed: seeds.next(), registry: registry)
            else { return }
            channels.append(channel)
        }
        self.channels = channels
        self.servers = servers
        self.cores = UInt32(cores)
        (now, outstanding) = (0, [:])
        incarnations = (0..<servers).map { _ in seeds.next() }
    }

    private mutating func pick(_ arguments: inout BridgeArguments) -> String {
        guard let time = time(&arguments), let client = arguments.whole(below: channels.count) else { return "-" }
        let key = arguments.word().flatMap { $0 == "-" || $0 == "-1" ? nil : XXHash64.hash(String($0)) }
        guard let choice = channels[client].pick(LabCall(method, hash: key), at: time) else { return "-" }
        let server = choice.attempt.server
        outstanding[Route(client: client, server: server), default: []].append(choice.attempt)
        var answer = "\(server)"
        choice.forEachProbe { answer += " \($0.server)" }
        return answer
    }

    private mutating func done(_ arguments: inout BridgeArguments) {
        guard let time = time(&arguments), let route = route(&arguments),
            let latency = arguments.number(), let isOK = arguments.number(), let hasReport = arguments.number(),
            outstanding[route]?.isEmpty == false, let attempt = outstanding[route]?.removeFirst()
        else { return }
        let load = hasReport > 0 ? load(&arguments, of: route.server) : nil
        let outcome = AttemptOutcome(isOK > 0 ? .success : .fault, latency: latency, load: load)
        channels[route.client].completed(attempt, outcome, at: time)
    }

    private mutating func probed(_ arguments: inout BridgeArguments) {
        guard let time = time(&arguments), let route = route(&arguments),
            let load = load(&arguments, of: route.server)
        else { return }
        channels[route.client].reported(load, by: route.server, at: time)
    }

    private mutating func probeFailed(_ arguments: inout BridgeArguments) {
        guard let time = time(&arguments), let route = route(&arguments) else { return }
        channels[route.client].probeFailed(route.server, isRefusal: false, at: time)
    }

    private mutating func weigh(_ arguments: inout BridgeArguments) {
        var weights: [Double] = []
        while let weight = arguments.number() { weights.append(weight) }
        guard weights.count == servers, arguments.isEmpty else { return }
        let whole = PickBridge.whole(weights)
        for channel in channels { channel.setWeights(whole, at: now) }
    }

    private mutating func replace(_ arguments: inout BridgeArguments) {
        guard let time = time(&arguments), let server = arguments.whole(below: servers) else { return }
        incarnations[server] &+= 0x9E37_79B9_7F4A_7C15
        for channel in channels { channel.lost(server, replaced: true, at: time) }
    }

    // MARK: arguments

    /// Never earlier than the last one.
    private mutating func time(_ arguments: inout BridgeArguments) -> Double? {
        guard let time = arguments.number(), time <= PickBridge.longest else { return nil }
        now = max(now, time)
        return now
    }

    private func route(_ arguments: inout BridgeArguments) -> Route? {
        guard let client = arguments.whole(below: channels.count), let server = arguments.whole(below: servers) else {
            return nil
        }
        return Route(client: client, server: server)
    }

    private func load(_ arguments: inout BridgeArguments, of server: Int) -> ServerLoad? {
        guard let inFlight = arguments.number(), let latency = arguments.number(), let alone = arguments.number() else {
            return nil
        }
        return ServerLoad(
            inFlight: UInt32(inFlight), latency: Float(latency), serviceTime: Float(alone), parallelism: cores,
            incarnation: incarnations[server])
    }

    /// The same proportions, in whole numbers; whole ones stay as they are.
    static func whole(_ weights: [Double]) -> [UInt32] {
        if weights.allSatisfy({ $0 == $0.rounded() && $0 <= 1_000_000 }) { return weights.map { UInt32($0) } }
        let most = weights.max() ?? 1
        return weights.map { $0 > 0 ? UInt32(max(1, ($0 / most * 1_000_000).rounded())) : 0 }
    }
}
