// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

@testable import SkeinClient

@Suite("health of a server")
struct HealthMachineTests {
    private func states(_ machine: inout HealthMachine, _ answers: [[UInt8]]) -> [String] {
        answers.map { machine.received($0)?.description ?? "-" }
    }

    @Test("it is ready while it serves")
    func serving() {
        var machine = HealthMachine(service: "s")
        let states = states(&machine, [[8, 1], [8, 1], [8, 2], [8, 1], [8, 3], [], [8, 1], [8, 77]])
        #expect(
            states.map { String($0.prefix(9)) } == [
                "READY", "-", "TRANSIENT", "READY", "TRANSIENT", "TRANSIENT", "READY", "TRANSIENT",
            ])
    }

    @Test("an answer that is none is a failure", arguments: [[8], [0xff], [10, 5, 1]] as [[UInt8]])
    func garbage(bytes: [UInt8]) {
        var machine = HealthMachine(service: "")
        guard case .transientFailure(let error) = machine.received(bytes) else {
            Issue.record("expected a failure")
            return
        }
        #expect(error.message == "check the health of the server: it sent an answer that is no message")
    }

    @Test("a server without health checks is healthy, any other end is a failure")
    func ends() {
        var machine = HealthMachine(service: "a.B")
        let unimplemented = machine.ended(Status(.unimplemented, "no"))
        #expect(unimplemented?.isReady == true)
        guard case .transientFailure(let error) = machine.ended(Status(.internal, "broken")) else {
            Issue.record("expected a failure")
            return
        }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("\"a.B\""))
        #expect(error.message.contains("INTERNAL: broken"))
    }

    @Test("the request names the service")
    func request() {
        #expect(HealthMachine(service: "ab").request == [10, 2, 97, 98])
        #expect(HealthMachine(service: "").request.isEmpty)
    }

    @Test("a watch is repeated after a backoff that counts from its start and is reset by a message")
    func repetition() {
        var machine = WatchMachine(Backoff(initial: .seconds(1), multiplier: 2, maximum: .seconds(8), jitter: 0))
        let start = ContinuousClock.now
        func end(after: Duration, _ code: StatusCode = .unavailable) -> Duration? {
            machine.started(start)
            return machine.ended(code, start + after, chance: 0.5)
        }
        #expect(
            [end(after: .zero), end(after: .seconds(1)), end(after: .seconds(60))] == [.seconds(1), .seconds(1), .zero])
        #expect(end(after: .zero) == .seconds(8))
        machine.received()
        #expect(end(after: .zero) == .seconds(1))
        #expect(end(after: .zero, .unimplemented) == nil)
    }

    @Test(
        "the request for reports has the interval",
        arguments: [
            (Duration.milliseconds(1500), [10, 8, 8, 1, 16, 0x80, 0xca, 0xb5, 0xee, 0x01]), (.zero, []),
            (.seconds(10), [10, 2, 8, 10]),
        ] as [(Duration, [UInt8])])
    func loadRequest(interval: Duration, bytes: [UInt8]) {
        #expect(LoadWatch.request(every: interval) == bytes)
    }
}
