// SPDX-License-Identifier: Apache-2.0
import Skein
import Testing

extension InteropTests {
    @Suite("grpcio's client and our server")
    struct Server {
        @Test(
            "the checks that grpcio makes of our server hold",
            arguments: [
                "shapes", "metadata", "errors", "deadlines", "cancellation", "messages", "compression", "load",
                "drain",
            ])
        func checks(_ suite: String) async throws {
            try await withEchoServer { port in
                let (lines, status) = try await PythonPeer.run("echo_client.py", [suite, "\(port)"])
                for line in lines where line.hasPrefix("fail ") { Issue.record("\(suite): \(line.dropFirst(5))") }
                #expect(status == 0, "\(suite): \(lines.joined(separator: "\n"))")
                #expect(lines.contains { $0.hasPrefix("ok ") }, "\(suite) has no checks")
            }
        }

        /// Runs our Echo server in this process for as long as `body` takes.
        private func withEchoServer(_ body: (Int) async throws -> Void) async throws {
            let echo = EchoService()
            let server = Skein.Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [echo])
            try await withThrowingTaskGroup { group in
                group.addTask { try await server.run() }
                group.addTask {
                    for await _ in echo.shutdownRequests { server.shutDown() }
                }
                let addresses = try await server.addresses()
                let port = try #require(addresses.first?.port)
                try await body(port)
                group.cancelAll()
            }
        }
    }
}
