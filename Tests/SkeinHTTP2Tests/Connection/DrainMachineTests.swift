// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct DrainMachineTests {
    typealias Event = DrainMachine.Event
    typealias Command = DrainMachine.Command
    static let begun: [Command] = [.goAwayNotice, .ping, .startAcknowledgementTimer(.seconds(1))]

    @Test(
        "a drain says goodbye twice and closes when the last stream is gone",
        arguments: [
            ([.begin, .pingAcknowledged], 0, begun + [.goAway, .close]),
            ([.begin, .acknowledgementTimeout, .pingAcknowledged], 0, begun + [.goAway, .close]),
            (
                [.begin, .pingAcknowledged, .acknowledgementTimeout, .liveStreams(1), .liveStreams(0)], 2,
                begun + [.goAway, .close]
            ),
            ([.begin, .liveStreams(3), .liveStreams(0)], 2, begun),
            (
                [.begin, .liveStreams(0), .liveStreams(1), .pingAcknowledged, .liveStreams(0)], 2,
                begun + [.goAway, .close]
            ),
            ([.begin, .pingAcknowledged, .deadline, .liveStreams(0)], 2, begun + [.goAway, .cancelStreams, .close]),
            ([.begin, .deadline, .pingAcknowledged], 1, begun + [.goAway, .cancelStreams, .close]),
            ([.begin, .begin], 1, begun),
            ([.begin, .connectionLost, .pingAcknowledged, .deadline], 1, begun),
            ([.pingAcknowledged, .deadline, .liveStreams(0)], 1, []),
        ] as [([Event], Int, [Command])])
    func drains(_ events: [Event], _ liveStreams: Int, _ commands: [Command]) {
        var machine = DrainMachine(liveStreams: liveStreams)
        #expect(events.flatMap { machine.handle($0) } == commands)
    }

    @Test("in any order of events it closes at most once, and not before the second goodbye", arguments: 1...200)
    func random(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var machine = DrainMachine(liveStreams: 1)
        var commands: [Command] = []
        for _ in 0..<20 {
            let choices: [Event] = [
                .begin, .pingAcknowledged, .acknowledgementTimeout, .liveStreams(Int.random(in: 0...2, using: &random)),
                .deadline,
            ]
            commands += machine.handle(choices.randomElement(using: &random) ?? .begin)
        }
        #expect(commands.count { $0 == .close } <= 1 && commands.count { $0 == .goAway } <= 1)
        if let close = commands.firstIndex(of: .close) {
            #expect(close == commands.count - 1)
            #expect(commands.firstIndex(of: .goAway) ?? .max < close)
        }
    }
}
