// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import TestSupport
import Testing

/// Our JSON beside that of Python's protobuf.
@Suite(.timeLimit(.minutes(30))) struct JSONTests {
    @Test("Python reads in our JSON, and we read in Python's, the message that was written")
    func bothWays() async throws {
        let python = try PythonPeer(Subject.all)
        let count = Selection.count(5000) / 5
        var tally = Tally()
        for start in stride(from: 0, to: count, by: 200) {
            let cases = (start..<min(start + 200, count)).map { Case(clean: Selection.first &+ UInt64($0)) }
            try readByPython(cases, python, &tally)
            try writtenByPython(cases, python, &tally)
            await Task.yield()
        }
        #expect(tally.unexplained.isEmpty, "\(tally.unexplained.prefix(5).joined(separator: "\n\n"))")
        #expect(count < 100 || tally.accepted > count / 2)
    }

    @Test("what Python and we both read in damaged JSON is the same")
    func damaged() async throws {
        let python = try PythonPeer(Subject.all)
        let count = Selection.count(5000) / 5
        var tally = Tally()
        for start in stride(from: 0, to: count, by: 200) {
            let cases = (start..<min(start + 200, count)).map { Case(clean: Selection.first &+ UInt64($0)) }
            let texts = cases.compactMap(damage)
            let items = texts.map { made, text, read in
                PythonPeer.Item(subject: made.subject, given: read, rewritten: Array(text.utf8))
            }
            for ((made, text, _), answer) in zip(texts, try python.ask(.fromJSON, items)) {
                if answer.verdict == .same { tally.accepted += 1 }
                if answer.verdict == .different { tally.add(made, "damaged to \(text)\n\(answer.text)") }
            }
            await Task.yield()
        }
        #expect(tally.unexplained.isEmpty, "\(tally.unexplained.prefix(5).joined(separator: "\n\n"))")
        #expect(count < 100 || tally.accepted > count / 100)
    }

    private static let telling = Mutation.Vocabulary(bytes: Array(#"0123456789eE.-+,:[]{}"\ "#.utf8))

    /// The JSON of a message with some bytes changed, and what we read in it; `nil` when that is nothing.
    private func damage(_ made: Case) -> (Case, String, [UInt8])? {
        let subject = Subject.all[made.subject]
        var random = SplitMix64(seed: made.seed)
        guard let text = try? subject.toJSON(made.bytes).get() else { return nil }
        let damaged = Mutation.mutate(Array(text.utf8), with: Array(text.utf8), in: JSONTests.telling, &random)
        guard let text = String(validating: damaged, as: UTF8.self), let read = try? subject.fromJSON(text).get() else {
            return nil
        }
        return (made, text, read)
    }

    private func readByPython(_ cases: [Case], _ python: PythonPeer, _ tally: inout Tally) throws {
        var written: [(Case, String)] = []
        for made in cases {
            if case .success(let text) = Subject.all[made.subject].toJSON(made.bytes) { written.append((made, text)) }
        }
        tally.accepted += written.count
        let items = written.map { made, text in
            PythonPeer.Item(subject: made.subject, given: made.bytes, rewritten: Array(text.utf8))
        }
        for ((made, text), answer) in zip(written, try python.ask(.fromJSON, items)) where answer.verdict != .same {
            tally.add(made, "Python reads our JSON as \(answer.verdict): \(text)\n\(answer.text)")
        }
    }

    private func writtenByPython(_ cases: [Case], _ python: PythonPeer, _ tally: inout Tally) throws {
        let items = cases.map { PythonPeer.Item(subject: $0.subject, given: $0.bytes, rewritten: nil) }
        var read: [(Case, String, [UInt8])] = []
        for (made, answer) in zip(cases, try python.ask(.toJSON, items)) {
            let subject = Subject.all[made.subject]
            let ours = subject.toJSON(made.bytes)
            switch (answer.verdict, ours) {
            case (.refused, .failure): continue
            case (.refused, .success(let text)): tally.add(made, "Python has no JSON, \(answer.text), but we: \(text)")
            case (_, .failure(let error)):
                tally.add(made, "we have no JSON, \(error.message), but Python: \(answer.text)")
            case (_, .success):
                switch subject.fromJSON(answer.text) {
                case .success(let bytes): read.append((made, answer.text, bytes))
                case .failure(let error): tally.add(made, "we refuse Python's JSON, \(error.message): \(answer.text)")
                }
            }
        }
        let comparisons = read.map { PythonPeer.Item(subject: $0.0.subject, given: $0.0.bytes, rewritten: $0.2) }
        for ((made, text, _), answer) in zip(read, try python.ask(.wasJSON, comparisons)) where answer.verdict != .same
        {
            tally.add(made, "we read Python's JSON as something else: \(text)\n\(answer.text)")
        }
    }
}
