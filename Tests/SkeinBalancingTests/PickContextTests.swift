// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct PickContextTests {
    @Test("a context remembers the last four subchannels that were tried")
    func tried() {
        var context = PickContext(testMethod)
        let ids = (0..<5).map { SubchannelID(slot: $0, generation: 1) }
        var answers = ids.map { context.wasTried($0) }
        #expect(answers == [false, false, false, false, false])
        for id in ids.dropLast() { context.attempted(id) }
        answers = ids.map { context.wasTried($0) }
        #expect(answers == [true, true, true, true, false])
        let attempt = context.attempt
        #expect(attempt == 4)
        answers = [context.wasTried(SubchannelID(slot: 0, generation: 2))]
        #expect(answers == [false])
    }

    @Test("a picker sees the call's metadata, hash and deadline, and a number drawn for each pick")
    func contents() {
        struct Looks: Picker {
            let seen = SeenNumbers()
            func pick(_ call: borrowing PickContext) -> PickResult {
                seen.add(call.random)
                let text = "\(call.metadata("user") ?? "-") \(call.hash ?? 0) \(call.deadline == nil) \(call.method)"
                return .fail(RPCError(.unavailable, text))
            }
        }
        let cell = PickerCell<Counter>()
        let picker = Looks()
        _ = cell.publish(.ready, picker)
        var context = PickContext(testMethod, metadata: ["user": "ada"], hash: 9, deadline: .after(.seconds(1)))
        for _ in 0..<10 {
            guard case .fail(let error) = cell.pick(&context) else { return #expect(Bool(false)) }
            #expect(error.message == "ada 9 false /test.Service/Method")
        }
        #expect(picker.seen.all.count == 10)
    }
}
