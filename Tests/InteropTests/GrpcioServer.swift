// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport

/// `peers/echo_server.py`, running.
struct GrpcioServer: Sendable {
    private let server: ListeningProcess

    var process: ChildProcess { server.process }
    var port: Int { server.port }

    /// One server for all tests that leave it as it was. It ends with the test process.
    private static let shared = Task { try await GrpcioServer() }

    init(port: Int = 0) async throws {
        server = try await ListeningProcess(PythonPeer.start("echo_server.py", ["--until-eof", "--port", "\(port)"]))
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
