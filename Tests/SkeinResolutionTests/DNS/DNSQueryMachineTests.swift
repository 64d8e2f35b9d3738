// SPDX-License-Identifier: Apache-2.0
internal import Testing

@testable internal import SkeinResolution

@Suite("Which name server is asked next", .timeLimit(.minutes(2)))
struct DNSQueryMachineTests {
    typealias Outcome = DNSQueryMachine.Outcome

    private static func answered(_ code: DNSMessage.Code, isTruncated: Bool = false, isReferral: Bool = false)
        -> Outcome
    {
        .answered(code, isTruncated: isTruncated, isReferral: isReferral)
    }

    struct Story: Sendable, CustomTestStringConvertible {
        var name: String
        var outcomes: [Outcome]
        /// Server and how: `0`, with `t` by TCP, with `-` without EDNS; then `ok` or `no`.
        var steps: String
        var testDescription: String { name }
    }

    @Test(
        "two servers, two attempts",
        arguments: [
            Story(name: "an answer", outcomes: [answered(.noError)], steps: "0 ok"),
            Story(name: "no such name is an answer", outcomes: [answered(.nameError)], steps: "0 ok"),
            Story(
                name: "truncated", outcomes: [answered(.noError, isTruncated: true), answered(.noError)],
                steps: "0 0t ok"),
            Story(
                name: "truncated, and TCP is closed",
                outcomes: [answered(.noError, isTruncated: true), .failed("x"), answered(.noError)], steps: "0 0t 1 ok"),
            Story(
                name: "truncated by TCP, too",
                outcomes: [
                    answered(.noError, isTruncated: true), answered(.noError, isTruncated: true), answered(.noError),
                ], steps: "0 0t 1 ok"),
            Story(name: "silent", outcomes: [.failed("x"), answered(.noError)], steps: "0 1 ok"),
            Story(name: "broken", outcomes: [answered(.serverFailure), answered(.noError)], steps: "0 1 ok"),
            Story(name: "refused", outcomes: [answered(.refused), answered(.nameError)], steps: "0 1 ok"),
            Story(
                name: "a referral", outcomes: [answered(.noError, isReferral: true), answered(.noError)],
                steps: "0 1 ok"),
            Story(name: "before EDNS", outcomes: [answered(.formatError), answered(.noError)], steps: "0 0- ok"),
            Story(
                name: "neither", outcomes: [answered(.notImplemented), answered(.notImplemented), answered(.noError)],
                steps: "0 0- 1 ok"),
            Story(
                name: "nobody", outcomes: [.failed("a"), .failed("b"), answered(.serverFailure), .failed("c")],
                steps: "0 1 0 1 no"),
        ])
    func stories(story: Story) {
        var machine = DNSQueryMachine(servers: 2, attempts: 2, usesStreams: false)
        var steps = [machine.start()]
        for outcome in story.outcomes { steps.append(machine.next(after: outcome)) }
        #expect(steps.map(text).joined(separator: " ") == story.steps)
    }

    @Test("what each server said last is kept")
    func complaints() {
        var machine = DNSQueryMachine(servers: 2, attempts: 1, usesStreams: true)
        #expect(text(machine.start()) == "0t")
        _ = machine.next(after: .failed("does not answer"))
        #expect(machine.next(after: Self.answered(.serverFailure)) == .giveUp)
        #expect(machine.complaints == [0: "does not answer", 1: "cannot answer (SERVFAIL)"])
        var empty = DNSQueryMachine(servers: 0, attempts: 2, usesStreams: false)
        #expect(empty.start() == .giveUp)
    }

    private func text(_ step: DNSQueryMachine.Step) -> String {
        switch step {
        case .ask(let request):
            "\(request.server)\(request.usesStream ? "t" : "")\(request.usesExtensions ? "" : "-")"
        case .accept: "ok"
        case .giveUp: "no"
        }
    }

    @Test("one that did not answer is asked last for half a minute, and rotation starts with another each time")
    func order() {
        let servers = (1...3).map { HostPort(host: "10.0.0.\($0)", port: 53) }
        var order = DNSServerOrder()
        func hosts(_ seconds: Int, rotates: Bool = false) -> String {
            order.order(of: servers, rotates: rotates, now: .seconds(seconds)).map { String($0.host.last!) }.joined()
        }
        #expect(hosts(0) == "123")
        order.failed(servers[0], now: .seconds(1))
        #expect(hosts(2) == "231" && hosts(30) == "231" && hosts(31) == "123")
        order.failed(servers[1], now: .seconds(40))
        order.answered(servers[1])
        #expect(hosts(41) == "123")
        #expect(
            [hosts(42, rotates: true), hosts(42, rotates: true), hosts(42, rotates: true)] == ["123", "231", "312"])
        order.failed(servers[0], now: .seconds(50))
        order.failed(servers[1], now: .seconds(50))
        order.failed(servers[2], now: .seconds(50))
        #expect(hosts(51) == "123")
        #expect(order.order(of: [], rotates: true, now: .seconds(99)).isEmpty)
    }
}
