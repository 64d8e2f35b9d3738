// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// C3's rule over Prequal's probes, as the Prequal paper compares itself with it: of a pool of 16 servers that were
/// asked lately the one with the least `latency − service time + (calls in flight + 1)³ · service time`. Three probes
/// a call; an answer is used for a second and about 1.3 times.
final class CubicPool: Chooser {
    private struct Entry {
        let server: Int
        var inFlight: Double
        let latency: Double
        let serviceTime: Double
        let time: Double
        var uses: Int

        var score: Double {
            let queue = inFlight + 1
            return latency - serviceTime + queue * queue * queue * serviceTime
        }
    }

    private static let size = 16
    private static let probes = 3
    private static let oldest = 1.0

    private let servers: Int
    private let uses: Double
    private var entries: [Entry] = []
    private var chance: Chance
    private var removesWorst = false

    init(servers: Int, seed: UInt64) {
        self.servers = servers
        chance = Chance(seed: seed)
        let spare = (1 - Double(CubicPool.size) / Double(servers)) * Double(CubicPool.probes) - 1
        // As Prequal's formula has it; it has no answer for few servers.
        uses = spare > 0 ? min(32, max(1, 2 / spare)) : 32
    }

    func pick(_ call: LabCall, at time: Double) -> Choice? {
        entries.removeAll { $0.time < time - CubicPool.oldest }
        var choice = Choice(Attempt(server: take() ?? chance.index(below: servers)))
        var targets: [Int] = []
        while targets.count < min(CubicPool.probes, servers) {
            let server = chance.index(below: servers)
            if !targets.contains(server) { targets.append(server) }
        }
        for server in targets { choice.append(Choice.Probe(server: server)) }
        return choice
    }

    private func take() -> Int? {
        guard entries.count > 1, let best = entries.indices.min(by: { entries[$0].score < entries[$1].score }) else {
            return nil
        }
        let server = entries[best].server
        entries[best].uses -= 1
        if entries[best].uses <= 0 { entries.remove(at: best) }
        for index in entries.indices where entries[index].server == server { entries[index].inFlight += 1 }
        removeOne()
        return server
    }

    /// Keeps the pool from filling with what nobody wants: the oldest and the worst in turn.
    private func removeOne() {
        removesWorst.toggle()
        let index =
            removesWorst
            ? entries.indices.max { entries[$0].score < entries[$1].score }
            : entries.indices.min { entries[$0].time < entries[$1].time }
        if let index { entries.remove(at: index) }
    }

    func reported(_ load: ServerLoad, by probe: Choice.Probe, at time: Double) {
        if entries.count == CubicPool.size,
            let oldest = entries.indices.min(by: { entries[$0].time < entries[$1].time })
        {
            entries.remove(at: oldest)
        }
        let whole = Int(uses)
        let allowed = whole + (chance.unit() < uses - Double(whole) ? 1 : 0)
        entries.append(
            Entry(
                server: probe.server, inFlight: Double(load.inFlight), latency: Double(load.latency),
                serviceTime: Double(load.serviceTime), time: time, uses: allowed))
    }
}
