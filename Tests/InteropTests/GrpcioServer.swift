// SPDX-License-Identifier: Apache-2.0
import Skein

/// `peers/echo_server.py`, running.
struct GrpcioServer: Sendable {
    struct NotListening: Error, CustomStringConvertible {
        let lines: [String]
        var description: String { "echo_server.py did not print \"listening PORT\" but: \(lines)" }
    }

    let process: ChildProcess
    let port: Int

    /// One server for all tests that leave it as it was. It ends with the test process.
    private static let shared = Task { try await GrpcioServer() }

    init() async throws {
        process = try PythonPeer.start("echo_server.py", ["--until-eof"])
        var lines: [String] = []
        for await line in process.lines {
            if line.hasPrefix("listening "), let port = Int(line.dropFirst(10)) {
                self.port = port
                return
            }
            lines.append(line)
        }
        throw NotListening(lines: lines)
    }

    /// Calls `body` with a stub on a channel of its own to the shared server.
    static func withEcho(_ body: (Skein_Testing_Echo.Client) async throws -> Void) async throws {
        try await shared.value.withEcho(body)
    }

    /// Calls `body` with a stub on a channel of its own.
    func withEcho(_ body: (Skein_Testing_Echo.Client) async throws -> Void) async throws {
        let channel = try Channel("ipv4:127.0.0.1:\(port)", security: .plaintext)
        let result: Result<Void, any Error>
        do { result = .success(try await body(.init(channel))) } catch { result = .failure(error) }
        await channel.shutDown(grace: .zero)
        try result.get()
    }
}
