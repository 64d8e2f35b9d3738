// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The calls of a run: at random and independent of each other, or those of a trace.
struct Arrivals {
    struct Arrival {
        let client: Int
        let kind: Int
        let demand: Double
        let call: LabCall
    }

    private let scenario: Scenario
    private let trace: [Trace.Call]
    private let isTraced: Bool
    private var place = 0
    private var rate = 0.0
    private var times: Chance
    private var chance: Chance
    private let methods: [MethodDescriptor]
    /// The shares of the keys up to each.
    private let keys: [Double]

    init(_ scenario: Scenario, seed: UInt64, trace: Trace?) {
        self.scenario = scenario
        self.trace = trace?.calls ?? []
        isTraced = trace != nil
        times = Chance(seed: seed)
        chance = Chance(seed: ~seed)
        let names = scenario.kinds.isEmpty ? ["Call"] : scenario.kinds.map(\.name)
        methods = names.map { MethodDescriptor("skein.lab.Service", $0, .unary) }
        var sum = 0.0
        keys = (0..<scenario.keys).map { key in
            sum += pow(Double(key + 1), -scenario.keySkew)
            return sum
        }
    }

    /// Calls in a second from now on.
    mutating func setRate(_ rate: Double) { self.rate = rate }

    /// When the next call comes; `nil`: none.
    mutating func next(after now: Double) -> Double? {
        if isTraced { return place < trace.count ? max(now, trace[place].time) : nil }
        return rate > 0 ? now + times.exponential(mean: 1 / rate) : nil
    }

    /// The call that is due.
    mutating func take() -> Arrival {
        let client = chance.index(below: scenario.clients)
        let kind = drawKind(for: client)
        let demand = scenario.kinds.isEmpty ? scenario.demand : scenario.kinds[kind].demand
        var work = demand.draw(&chance)
        var hash = drawKey()
        if isTraced, place < trace.count {
            let call = trace[place]
            place += 1
            if let demand = call.demand { work = demand }
            hash = call.key.map { XXHash64.hash($0) }
        }
        return Arrival(client: client, kind: kind, demand: work, call: LabCall(methods[kind], hash: hash))
    }

    private mutating func drawKind(for client: Int) -> Int {
        let kinds = scenario.kinds
        guard kinds.count > 1 else { return 0 }
        func share(_ kind: Scenario.CallKind) -> Double { kind.clients?.contains(client) ?? true ? kind.share : 0 }
        var point = chance.unit() * kinds.reduce(0) { $0 + share($1) }
        for (index, kind) in kinds.enumerated() {
            point -= share(kind)
            if point < 0 { return index }
        }
        return kinds.count - 1
    }

    private mutating func drawKey() -> UInt64? {
        guard let total = keys.last else { return nil }
        let point = chance.unit() * total
        var (low, high) = (0, keys.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] > point { high = middle } else { low = middle + 1 }
        }
        return XXHash64.hash("key \(low)")
    }
}
