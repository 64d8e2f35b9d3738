// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein

/// One greeter server: this program again, in a process of its own. Its port stays when it is started again.
final class ServerProcess {
    let name: String
    private(set) var port = 0
    private(set) var pid: Int32 = 0
    private var end: Task<Int32, Never>?
    private var input: Pipe?

    init(_ name: String) { self.name = name }

    var address: EndpointAddress { .ipv4("127.0.0.1", port: port) }

    /// Starts the process; returns once it listens.
    func start() async throws {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = try ServerProcess.thisProgram()
        process.arguments = ["serve", "--port", "\(port)", "--name", name]
        process.standardInput = input
        process.standardOutput = output
        let (ends, ended) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            CleanUp.forget(process.processIdentifier)
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        pid = process.processIdentifier
        CleanUp.remember(pid)
        self.input = input  // closed when replaced, and when we end
        end = Task { await ends.first { _ in true } ?? -1 }
        guard let port = Int(await ServerProcess.firstLine(output)) else {
            throw ConfigurationError("start server \(name) on port \(port): it did not report that it listens")
        }
        self.port = port
    }

    /// Sends a signal and waits for the end of the process: its exit code, or the number of the signal that ended it.
    func end(by signal: Int32) async -> Int32 {
        kill(pid, signal)
        return await end?.value ?? -1
    }

    /// Where this program's file is.
    private static func thisProgram() throws -> URL {
        guard let url = Bundle.main.executableURL else { throw ConfigurationError("find the demo's own executable") }
        return url
    }

    private static func firstLine(_ pipe: Pipe) async -> String {
        await withCheckedContinuation { continuation in
            pipe.fileHandleForReading.readabilityHandler = { handle in
                let text = String(decoding: handle.availableData, as: UTF8.self)
                handle.readabilityHandler = nil
                continuation.resume(returning: text.trimmingCharacters(in: .newlines))
            }
        }
    }
}
