// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite struct AttemptOutcomeTests {
    @Test(
        "whose fault a status is",
        arguments: [
            (.ok, .success), (.unavailable, .fault), (.internal, .fault), (.unknown, .fault), (.dataLoss, .fault),
            (.resourceExhausted, .fault), (.deadlineExceeded, .fault), (.cancelled, .none),
            (.invalidArgument, .refusal),
            (.notFound, .refusal), (.alreadyExists, .refusal), (.permissionDenied, .refusal),
            (.failedPrecondition, .refusal), (.aborted, .refusal), (.outOfRange, .refusal), (.unimplemented, .refusal),
            (.unauthenticated, .refusal),
        ] as [(StatusCode, AttemptOutcome.Verdict)])
    func verdict(code: StatusCode, expected: AttemptOutcome.Verdict) {
        #expect(AttemptOutcome.verdict(of: code, wasAnswered: false) == expected)
    }

    @Test("a limit set on purpose, and a deadline that passes while the server answers, are no faults")
    func exceptions() {
        #expect(AttemptOutcome.verdict(of: .resourceExhausted, wasAnswered: false, hasPushback: true) == .refusal)
        #expect(AttemptOutcome.verdict(of: .resourceExhausted, wasAnswered: false, isLocal: true) == .refusal)
        #expect(AttemptOutcome.verdict(of: .deadlineExceeded, wasAnswered: true) == .refusal)
    }

    @Test("outcomes are counted on the endpoint; faults are told once until they were looked at")
    func counts() throws {
        let told = Counter()
        let cell = PickerCell<Counter>(SlotTable(toldFaults: { _ in told.add() }))
        let slots = cell.slots
        let id = slots.allocate()
        cell.attach(told, to: id)
        _ = cell.publish(.ready, OneEndpointPicker(id: id))
        let load = EndpointLoad(of: id, at: Endpoint(.ipv4("10.0.0.1", port: 1)), in: slots)
        for verdict in [AttemptOutcome.Verdict.success, .fault, .refusal, .fault, .none, .success] {
            var context = PickContext(testMethod)
            guard case .picked(_, let token) = cell.pick(&context) else { continue }
            slots.completed(token, AttemptOutcome(verdict), at: PickTime(nanoseconds: 1))
        }
        let counts = load.outcomes
        #expect([counts.successes, counts.refusals, counts.faults, counts.unknown] == [2, 1, 2, 1])
        #expect(load.inFlight == 0)
        #expect(told.count == 1)
        slots.heardFaults(id)
        var context = PickContext(testMethod)
        guard case .picked(_, let token) = cell.pick(&context) else { return }
        slots.completed(token, AttemptOutcome(.fault), at: PickTime(nanoseconds: 1))
        #expect(told.count == 2)
        #expect(load.outcomes.since(counts).faults == 1)
    }
}

private struct OneEndpointPicker: Picker {
    let id: SubchannelID
    func pick(_ call: borrowing PickContext) -> PickResult { .subchannel(id) }
}
