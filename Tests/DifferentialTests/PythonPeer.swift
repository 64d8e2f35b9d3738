// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Python's protobuf, in a process of its own, asked in batches. `peers/peer.py` describes the conversation.
final class PythonPeer {
    struct MissingEnvironment: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) is missing: run \"make test\", which makes it" }
    }

    struct Ended: Error, CustomStringConvertible {
        var description: String { "the Python peer ended; what it said stands above" }
    }

    enum Question: Character {
        case binary = "B"
        case toJSON = "J"
        case fromJSON = "P"
        case wasJSON = "W"
    }

    /// One message to judge: the subject's place in the list, and what the question is about.
    struct Item {
        let subject: Int
        let given: [UInt8]
        let rewritten: [UInt8]?
    }

    struct Answer {
        let verdict: Verdict
        let text: String
    }

    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()

    init(_ subjects: [Subject]) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
        let python = root.appendingPathComponent(".venv/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else { throw MissingEnvironment(path: python) }
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments =
            ["-B", tests.appendingPathComponent("peers/peer.py").path, root.appendingPathComponent("protos").path]
            + Subject.files + ["--"] + subjects.map(\.name)
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
    }

    deinit {
        try? questions.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Blocks until Python has answered.
    func ask(_ question: Question, _ items: [Item]) throws -> [Answer] {
        var request = Data(String(question.rawValue).utf8)
        PythonPeer.append(UInt32(items.count), to: &request)
        for item in items {
            request.append(UInt8(item.subject))
            PythonPeer.append(item.given, to: &request)
            PythonPeer.append(item.rewritten, to: &request)
        }
        try questions.fileHandleForWriting.write(contentsOf: request)
        return try items.map { _ in try answer() }
    }

    private func answer() throws -> Answer {
        let head = try read(5)
        guard let verdict = Verdict(rawValue: head[0]) else { throw Ended() }
        let count = head[1...].reversed().reduce(0) { $0 << 8 | Int($1) }
        return Answer(verdict: verdict, text: String(decoding: try read(count), as: UTF8.self))
    }

    private var pending = Data()

    private func read(_ count: Int) throws -> [UInt8] {
        while pending.count < count {
            let more = answers.fileHandleForReading.availableData
            if more.isEmpty { throw Ended() }
            pending += more
        }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    private static func append(_ number: UInt32, to data: inout Data) {
        data += [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func append(_ blob: [UInt8]?, to data: inout Data) {
        append(blob.map { UInt32($0.count) } ?? .max, to: &data)
        data += blob ?? []
    }
}
