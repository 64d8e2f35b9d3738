// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinClient

@Suite("questions for the load")
struct ProbeMachineTests {
    private func expect(
        _ machine: inout ProbeMachine, begins: Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let hasBegun = machine.begin()
        #expect(hasBegun == begins, sourceLocation: sourceLocation)
    }

    @Test("there is one at a time")
    func oneAtATime() {
        var machine = ProbeMachine()
        expect(&machine, begins: true)
        expect(&machine, begins: false)
        machine.ended(.ok, hasLoad: true)
        expect(&machine, begins: true)
    }

    @Test(
        "a server that does not answer is not asked again",
        arguments: [StatusCode.unimplemented, .permissionDenied, .unauthenticated, .ok])
    func noAnswer(code: StatusCode) {
        var machine = ProbeMachine()
        expect(&machine, begins: true)
        machine.ended(code, hasLoad: false)
        #expect(machine.isOver)
        expect(&machine, begins: false)
    }

    @Test("three timeouts in a row are enough, and other failures change nothing")
    func timeouts() {
        var machine = ProbeMachine()
        let ends: [StatusCode] = [
            .deadlineExceeded, .deadlineExceeded, .ok, .deadlineExceeded, .unavailable, .deadlineExceeded, .internal,
            .deadlineExceeded,
        ]
        for code in ends {
            expect(&machine, begins: true)
            machine.ended(code, hasLoad: code == .ok)
        }
        #expect(machine.isOver)
    }

    @Test("an answer to no question is ignored")
    func stray() {
        var machine = ProbeMachine()
        machine.ended(.unimplemented, hasLoad: false)
        expect(&machine, begins: true)
    }
}
