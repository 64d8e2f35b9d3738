// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

@testable import SkeinClient

extension SubchannelMachine.Command {
    /// What the command asks for, in a word.
    fileprivate var word: String {
        switch self {
        case .nothing: "nothing"
        case .connect(let address, nil): "connect \(address)"
        case .connect(let address, let delay?): "connect \(address), next after \(delay)"
        case .pause(let delay): "pause \(delay)"
        case .report(let state): "report \(state)"
        case .backOff(let error, let delay): "back off \(delay) after \(error.message)"
        }
    }
}

@Suite("when a subchannel connects", .timeLimit(.minutes(1)))
struct SubchannelMachineTests {
    private let first = EndpointAddress.ipv4("10.0.0.1", port: 1)
    private let second = EndpointAddress.ipv4("10.0.0.2", port: 2)
    private let start = ContinuousClock.now
    private let backoff = Backoff(initial: .seconds(10), multiplier: 2, maximum: .seconds(30), jitter: 0)

    private func error(_ text: String) -> RPCError { RPCError(.unavailable, text) }

    @Test("each address is tried in turn before the attempt has failed")
    func addresses() {
        var machine = SubchannelMachine([first, second], backoff: backoff)
        #expect(machine.connect(start).word == "connect 10.0.0.1:1, next after 0.25 seconds")
        #expect(machine.connect(start).word == "nothing")
        #expect(machine.failed(error("a"), start, chance: 0).word == "connect 10.0.0.2:2")
        #expect(machine.connected().word == "report READY")
        #expect(machine.connect(start).word == "nothing")
        #expect(machine.disconnected().word == "report IDLE")
        #expect(machine.disconnected().word == "nothing")
        #expect(machine.connect(start + .seconds(1)).word == "connect 10.0.0.1:1, next after 0.25 seconds")
    }

    @Test("an address that is slow to answer does not hold up the next, and all must fail before the attempt has")
    func race() {
        let third = EndpointAddress.ipv6("2001:db8::1", port: 3)
        var machine = SubchannelMachine([first, second, third], backoff: backoff)
        // The families take turns.
        #expect(machine.connect(start).word == "connect 10.0.0.1:1, next after 0.25 seconds")
        #expect(machine.attemptDelayElapsed().word == "connect [2001:db8::1]:3, next after 0.25 seconds")
        #expect(machine.attemptDelayElapsed().word == "connect 10.0.0.2:2")
        #expect(machine.attemptDelayElapsed().word == "nothing")
        #expect(machine.failed(error("a"), start, chance: 0).word == "nothing")
        #expect(machine.failed(error("b"), start, chance: 0).word == "nothing")
        #expect(machine.failed(error("c"), start, chance: 0).word == "back off \(Duration.seconds(10)) after c")
        #expect(machine.attemptDelayElapsed().word == "nothing")
        _ = machine.backoffElapsed()
        _ = machine.connect(start + .seconds(11))
        _ = machine.attemptDelayElapsed()
        #expect(machine.connected().word == "report READY")
        #expect(machine.failed(error("a"), start, chance: 0).word == "nothing")
    }

    @Test("of many addresses only some are raced at a time; the next is tried when one of them has failed")
    func mostAttempts() {
        let many = (0..<10).map { EndpointAddress.ipv4("10.0.0.\($0)", port: 1) }
        var machine = SubchannelMachine(many, backoff: backoff)
        _ = machine.connect(start)
        let raced = (0..<10).map { _ in machine.attemptDelayElapsed().word }
        #expect(raced.count { $0.hasPrefix("connect") } == 7 && raced.last == "nothing")
        #expect(machine.failed(error("a"), start, chance: 0).word.hasPrefix("connect 10.0.0.8:1"))
        #expect(machine.attemptDelayElapsed().word == "nothing")
        #expect(machine.failed(error("b"), start, chance: 0).word == "connect 10.0.0.9:1")
        for _ in 0..<7 { #expect(machine.failed(error("c"), start, chance: 0).word == "nothing") }
        #expect(machine.failed(error("d"), start, chance: 0).word.hasPrefix("back off"))
    }

    @Test("a server that closes each connection at once is asked every 100 ms at most")
    func pausing() {
        var machine = SubchannelMachine([first], backoff: backoff)
        _ = machine.connect(start)
        _ = machine.connected()
        _ = machine.disconnected()
        let soon = start + .milliseconds(30)
        #expect(machine.connect(soon).word == "pause \(Duration.milliseconds(70))")
        #expect(machine.connect(soon).word == "nothing")
        #expect(machine.pauseElapsed(start + .milliseconds(100)).word == "connect 10.0.0.1:1")
        #expect(machine.pauseElapsed(start + .milliseconds(100)).word == "nothing")
    }

    @Test("the backoff counts from the start of the attempt and grows until a connection is ready")
    func backingOff() {
        var machine = SubchannelMachine([first], backoff: backoff)
        var now = start
        for (failure, delay) in [(1, 10), (2, 20), (3, 30), (4, 30)] {
            _ = machine.connect(now)
            let later = now + .seconds(4)
            let word = machine.failed(error("\(failure)"), later, chance: 0.3).word
            #expect(word == "back off \(Duration.seconds(delay - 4)) after \(failure)")
            #expect(machine.connect(later).word == "nothing")
            #expect(machine.backoffElapsed().word == "report IDLE")
            #expect(machine.backoffElapsed().word == "nothing")
            now = later + .seconds(delay)
        }
        _ = machine.connect(now)
        _ = machine.connected()
        _ = machine.disconnected()
        now += .seconds(1)
        _ = machine.connect(now)
        #expect(machine.failed(error("x"), now, chance: 0).word == "back off \(Duration.seconds(10)) after x")
    }

    @Test("an attempt longer than its backoff is followed at once")
    func slowAttempt() {
        var machine = SubchannelMachine([first], backoff: backoff)
        _ = machine.connect(start)
        let word = machine.failed(error("x"), start + .seconds(60), chance: 0).word
        #expect(word == "back off \(Duration.zero) after x")
    }

    @Test("nothing happens without an address or after the end")
    func nothing() {
        var empty = SubchannelMachine([], backoff: backoff)
        #expect(empty.connect(start).word == "nothing")
        var machine = SubchannelMachine([first], backoff: backoff)
        _ = machine.connect(start)
        machine.shutDown()
        #expect(machine.isShutDown)
        for command in [
            machine.connected(), machine.failed(error("x"), start, chance: 0), machine.connect(start),
            machine.backoffElapsed(), machine.disconnected(), machine.attemptDelayElapsed(),
        ] {
            #expect(command.word == "nothing")
        }
    }

    @Test("over any history, READY follows a connect and is left once", arguments: UInt64(0)..<50)
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var machine = SubchannelMachine([first, second], backoff: backoff)
        var isConnecting = false
        var isReady = false
        for _ in 0..<200 {
            let command =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: machine.connect(start)
                case 1: machine.connected()
                case 2: machine.failed(error("x"), start, chance: .random(in: 0..<1, using: &random))
                case 3: Bool.random(using: &random) ? machine.backoffElapsed() : machine.pauseElapsed(start)
                case 4: machine.attemptDelayElapsed()
                default: machine.disconnected()
                }
            switch command {
            case .nothing: break
            case .pause: #expect(!isReady && !isConnecting)
            case .connect:
                #expect(!isReady)
                isConnecting = true
            case .report(.ready):
                #expect(isConnecting && !isReady)
                (isConnecting, isReady) = (false, true)
            case .report(.idle):
                #expect(!isConnecting)
                isReady = false
            case .backOff:
                #expect(isConnecting)
                isConnecting = false
            case .report: Issue.record("an unexpected report: \(command.word)")
            }
        }
    }
}
