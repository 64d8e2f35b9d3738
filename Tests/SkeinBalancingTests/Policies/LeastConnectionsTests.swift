// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(5))) struct LeastConnectionsTests {
    @Test(
        "every pick goes to an endpoint with the fewest calls in flight, whatever comes and goes", arguments: [1, 2, 3])
    func exact(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let listed = Fleet.endpoints(200)
        var fleet = try Fleet(.leastConnections, listed, seed: seed)
        var inFlight: [PickToken] = []
        for step in 0..<3000 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0:
                if let subchannel = fleet.subchannels.randomElement(using: &random) {
                    fleet.set(subchannel.id, fleet.ready.contains(subchannel.id) ? .idle : .ready)
                }
            case 1:
                fleet.update(Array(listed.shuffled(using: &random).prefix(Int.random(in: 100...200, using: &random))))
            case 2..<45:
                guard let index = inFlight.indices.randomElement(using: &random) else { continue }
                fleet.cell.slots.completed(inFlight.remove(at: index))
            default:
                let counts = fleet.ready.map { (id: $0, count: fleet.cell.slots.inFlight($0)) }
                guard let (subchannel, token) = fleet.start() else { return #expect(counts.isEmpty) }
                let own = counts.first { $0.id == subchannel.id }?.count
                // A subchannel that has just connected for the first time waits for the next picker.
                let opened = counts.filter { $0.count < own ?? 0 }
                if fleet.isTimerSet { fleet.fireTimer() } else { #expect(opened.isEmpty, "step \(step)") }
                inFlight.append(token)
            }
        }
        for token in inFlight { fleet.cell.slots.completed(token) }
        #expect(fleet.subchannels.allSatisfy { fleet.cell.slots.inFlight($0.id) == 0 })
    }

    @Test("the board finds the least of 10,000 positions as others come, go and open")
    func board() {
        let board = LeastBoard()
        var random = SplitMix64(seed: 9)
        var counts = [Int?](repeating: nil, count: 10_000)
        for position in 0..<UInt32(10_000) { #expect(board.reserve(position)) }
        #expect(board.least(0) == nil)
        for _ in 0..<12_000 {
            let position = Int.random(in: 0..<10_000, using: &random)
            switch (Int.random(in: 0..<4, using: &random), counts[position]) {
            case (0, nil):
                board.open(UInt32(position), SubchannelID(slot: UInt32(position), generation: 1))
                counts[position] = 0
            case (1, let count?) where count > 0:
                board.completed(UInt32(position))
                counts[position] = count - 1
            default:
                guard let id = board.least(random.next()) else { continue }
                board.started(id.slot)
                let least = counts[Int(id.slot)]
                counts[Int(id.slot)] = least.map { $0 + 1 }
                if position % 50 == 0 { #expect(least == counts.compactMap { $0 }.min().map { min($0, least ?? 0) }) }
            }
        }
        #expect(!board.reserve(UInt32.max))
    }

    @Test("threads that pick and complete at once leave nothing in flight, and the least is found afterwards")
    func threads() async throws {
        var fleet = try Fleet(.leastConnections, Fleet.endpoints(300))
        let cell = fleet.cell
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { await onThread { LeastConnectionsTests.pickAndComplete(cell) } } }
        }
        #expect(fleet.subchannels.allSatisfy { cell.slots.inFlight($0.id) == 0 })
        var seen: Set<SubchannelID> = []
        for _ in 0..<300 { if let (subchannel, _) = fleet.start() { seen.insert(subchannel.id) } }
        #expect(seen.count == 300)
    }

    private static func pickAndComplete(_ cell: PickerCell<Fleet.Subchannel>) {
        for _ in 0..<20_000 {
            var context = PickContext(testMethod)
            if case .picked(_, let token) = cell.pick(&context) { cell.slots.completed(token) }
        }
    }
}
