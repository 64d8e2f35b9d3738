// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Our codec beside Python's protobuf and swift-protobuf, on messages from good to broken.
@Suite(.timeLimit(.minutes(30))) struct BinaryTests {
    @Test("other implementations accept what we accept, and read in it and in what we write for it the same")
    func verdictsAndValues() async throws {
        let python = try PythonPeer(Subject.all)
        let count = Selection.count(5000)
        var tally = Tally()
        for start in stride(from: 0, to: count, by: 500) {
            let cases = (start..<min(start + 500, count)).map { Case(seed: Selection.first &+ UInt64($0)) }
            try judge(cases, python, &tally)
            await Task.yield()
        }
        print("\(count) messages: \(tally)")
        #expect(tally.unexplained.isEmpty, "\(tally.unexplained.prefix(5).joined(separator: "\n\n"))")
        #expect(count < 1000 || tally.accepted > count / 2 && tally.accepted < count)
    }

    private func judge(_ cases: [Case], _ python: PythonPeer, _ tally: inout Tally) throws {
        let rewritten = cases.map { Subject.all[$0.subject].rewrite($0.bytes) }
        let items = zip(cases, rewritten).map { made, ours in
            PythonPeer.Item(subject: made.subject, given: made.bytes, rewritten: try? ours.get())
        }
        let answers = try python.ask(.binary, items)
        for ((made, ours), answer) in zip(zip(cases, rewritten), answers) {
            let subject = Subject.all[made.subject]
            let bytes = try? ours.get()
            if let bytes {
                tally.accepted += 1
                if !isStable(subject, made, bytes) { tally.add(made, "reads what it wrote differently: \(bytes.hex)") }
            }
            tally.count(made, ours, .python, answer.verdict, answer.text)
            tally.count(made, ours, .swiftProtobuf, subject.compare(made.bytes, bytes), "")
        }
    }

    /// Whether our own encoding says to us what the bytes said. NaN is not equal to itself: swift-protobuf decides then.
    private func isStable(_ subject: Subject, _ made: Case, _ bytes: [UInt8]) -> Bool {
        if subject.isEqual(made.bytes, bytes) { return true }
        guard case .success(let again) = subject.rewrite(bytes) else { return false }
        return subject.compare(bytes, again) != .different
    }
}
