// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein

/// A process that ends when this one does, because it reads from a pipe that this one holds.
final class Child: Sendable {
    private let pid: Int32
    private let input: Pipe
    private let status: Task<Int32, Never>

    /// Starts the process; returns once it has printed something, if that is to be waited for.
    init(_ program: String, _ arguments: [String], untilItPrints: Bool = false) async throws {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = input
        if untilItPrints { process.standardOutput = output }
        let (ends, ended) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        self.input = input
        pid = process.processIdentifier
        status = Task { await ends.first { _ in true } ?? -1 }
        guard untilItPrints else { return }
        let isRunning = await withCheckedContinuation { continuation in
            output.fileHandleForReading.readabilityHandler = { handle in
                handle.readabilityHandler = nil
                continuation.resume(returning: !handle.availableData.isEmpty)
            }
        }
        if !isRunning { throw ConfigurationError("start \(program): it ended at once") }
    }

    /// Sends a signal and waits for the end of the process: its exit code, or the number of the signal.
    @discardableResult
    func end(by signal: Int32) async -> Int32 {
        kill(pid, signal)
        return await status.value
    }

    /// Tells it that nobody needs it any more, and waits for its end.
    func close() async {
        try? input.fileHandleForWriting.close()
        _ = await status.value
    }

    /// A server of this example.
    static func greeter(_ name: String, _ registry: String) async throws -> Child {
        guard let program = Bundle.main.executablePath else { throw ConfigurationError("find this program's own file") }
        return try await Child(program, ["serve", registry, name], untilItPrints: true)
    }
}
