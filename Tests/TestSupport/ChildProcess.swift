// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Synchronization

/// A child process whose output arrives line by line. Waiting for it suspends and blocks no thread.
package final class ChildProcess: Sendable {
    private struct State {
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    /// What the process prints, standard output and standard error together. Iterate it once.
    package let lines: AsyncStream<String>
    private let process: Process
    /// Held open as long as this object lives: a child may watch for its end.
    private let input = Pipe()
    private let state: Mutex<State>

    package init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        self.process = process
        state = Mutex(State())
        let continuation: AsyncStream<String>.Continuation
        (lines, continuation) = AsyncStream.makeStream()
        process.terminationHandler = { [weak self] process in self?.ended(process.terminationStatus) }
        try ChildProcess.withSignalsUnblocked { try process.run() }
        ChildProcess.read(output, into: continuation)
    }

    deinit {
        if process.isRunning { process.terminate() }
    }

    /// Asks the process to end (SIGTERM).
    package func terminate() {
        if process.isRunning { process.terminate() }
    }

    /// Ends the process at once (SIGKILL).
    package func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }

    /// Ends what the process reads from its standard input.
    package func closeInput() { try? input.fileHandleForWriting.close() }

    /// The exit code, once the process has ended.
    package func exitStatus() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiters.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Everything that the process prints until it ends, and its exit code.
    package func finish() async -> (lines: [String], status: Int32) {
        var all: [String] = []
        for await line in lines { all.append(line) }
        return (all, await exitStatus())
    }

    private func ended(_ status: Int32) {
        let waiters = state.withLock { state in
            state.status = status
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    /// The threads of the pool block all signals, and a child inherits that: it could not be terminated.
    private static func withSignalsUnblocked(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// Reads on a thread of its own, which may block, until the child closes its end.
    private static func read(_ output: Pipe, into lines: AsyncStream<String>.Continuation) {
        Thread.detachNewThread {
            var splitter = LineSplitter()
            var isAtEnd = false
            while !isAtEnd {
                let data = output.fileHandleForReading.availableData
                for line in splitter.take(data) { lines.yield(line) }
                isAtEnd = data.isEmpty
            }
            lines.finish()
        }
    }
}

/// Puts lines together from pieces of output.
private struct LineSplitter {
    private var partial = Data()

    /// The lines that `data` completes. No data is the end, which completes the last one.
    mutating func take(_ data: Data) -> [String] {
        partial += data
        var lines = partial.split(separator: 0x0a, omittingEmptySubsequences: false)
        partial = data.isEmpty ? Data() : lines.popLast() ?? Data()
        return lines.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }
    }
}
