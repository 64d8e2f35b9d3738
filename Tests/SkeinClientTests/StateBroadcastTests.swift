// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinClient

@Suite("the states of a channel", .timeLimit(.minutes(1)))
struct StateBroadcastTests {
    @Test("a watcher sees the current state, then every change, and the end")
    func sequence() async {
        let states = StateBroadcast()
        states.publish(.connecting)
        let watch = states.watch()
        states.publish(.connecting)
        states.publish(.ready)
        states.publish(.transientFailure(RPCError(.unavailable, "a")))
        states.publish(.transientFailure(RPCError(.unavailable, "b")))
        #expect(states.current.description == "TRANSIENT_FAILURE (b)")
        states.publish(.shutdown)
        states.publish(.ready)
        var seen: [String] = []
        for await state in watch { seen.append("\(state)") }
        #expect(seen == ["CONNECTING", "READY", "TRANSIENT_FAILURE (a)", "SHUTDOWN"])
        #expect(states.current.description == "SHUTDOWN")
    }

    @Test("a watcher that comes after the end sees just that")
    func late() async {
        let states = StateBroadcast()
        states.publish(.shutdown)
        var seen: [String] = []
        for await state in states.watch() { seen.append("\(state)") }
        #expect(seen == ["SHUTDOWN"])
    }

    @Test("states are never seen out of order, whenever a watcher comes")
    func races() async {
        for _ in 0..<200 {
            let states = StateBroadcast()
            async let publishing: Void = publish(states)
            var last = -1
            for await state in states.watch() {
                let number =
                    switch state {
                    case .idle: 0
                    case .connecting: 1
                    case .ready: 2
                    case .transientFailure: 3
                    case .shutdown: 4
                    }
                #expect(number > last)
                last = number
            }
            await publishing
            #expect(last == 4)
        }
    }

    @concurrent
    private func publish(_ states: StateBroadcast) async {
        states.publish(.connecting)
        states.publish(.ready)
        states.publish(.transientFailure(RPCError(.unavailable, "a")))
        states.publish(.shutdown)
    }
}
