// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// One chooser for all clients that knows every call in flight, and if told to, how fast every server is at the moment:
/// the shortest queue, or the shortest expected delay. No policy of a client can be expected to do better than the
/// second.
final class CentralChooser: Chooser {
    private let fleet: Fleet
    private let knowsSpeeds: Bool
    private var chance: Chance

    init(_ fleet: Fleet, knowsSpeeds: Bool, seed: UInt64) {
        self.fleet = fleet
        self.knowsSpeeds = knowsSpeeds
        chance = Chance(seed: seed)
    }

    func pick(_ call: LabCall, at time: Double) -> Choice? {
        let count = fleet.inFlight.count
        let start = chance.index(below: count)
        var best = start
        for step in 1..<max(1, count) {
            let server = (start + step) % count
            if isBetter(server, best) { best = server }
        }
        fleet.inFlight[best] += 1
        return Choice(Attempt(server: best))
    }

    private func isBetter(_ one: Int, _ other: Int) -> Bool {
        if knowsSpeeds {
            let (a, b) = (delay(one), delay(other))
            if a != b { return a < b }
        }
        return fleet.inFlight[one] < fleet.inFlight[other]
    }

    private func delay(_ server: Int) -> Double {
        max(1, Double(fleet.inFlight[server] + 1) / fleet.cores[server]) / fleet.speeds[server]
    }

    func completed(_ attempt: Attempt, _ outcome: AttemptOutcome, at time: Double) {
        fleet.inFlight[attempt.server] -= 1
    }

    func openStreams(_ count: Int, on server: Int, at time: Double) { fleet.inFlight[server] += count }
}
