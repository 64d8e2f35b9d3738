// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport
import Testing

extension InteropTests {
    @Suite("grpcio's client and our server")
    struct Server {
        @Test(
            "the checks that grpcio makes of our server hold",
            arguments: [
                "shapes", "metadata", "errors", "deadlines", "cancellation", "messages", "compression", "load",
                "services", "drain",
            ])
        func checks(_ suite: String) async throws {
            try await InteropTests.withEchoServer { port in
                let (lines, status) = try await PythonPeer.run("echo_client.py", [suite, "\(port)"])
                for line in lines where line.hasPrefix("fail ") { Issue.record("\(suite): \(line.dropFirst(5))") }
                #expect(status == 0, "\(suite): \(lines.joined(separator: "\n"))")
                #expect(lines.contains { $0.hasPrefix("ok ") }, "\(suite) has no checks")
            }
        }
    }

    @Suite("tools that know a server by its reflection")
    struct Tools {
        @Test("buf lists the services and calls", arguments: ["grpc-v1", "grpc-v1alpha"])
        func buf(version: String) async throws {
            try await InteropTests.withEchoServer { port in
                let server = "http://127.0.0.1:\(port)"
                let options = ["curl", "--http2-prior-knowledge", "--protocol", "grpc", "--reflect-protocol", version]
                let services = try await PythonPeer.runTool("buf", options + ["--list-services", server])
                #expect(services.status == 0)
                #expect(services.lines.sorted() == Tools.services)
                let call = options + ["--data", "{\"text\": \"hello\"}"]
                let reply = try await PythonPeer.runTool("buf", call + ["\(server)/skein.testing.Echo/Get"])
                #expect(reply.lines.joined().filter { $0 != " " } == "{\"text\":\"hello\",\"server\":\"skein\"}")
                #expect(reply.status == 0)
            }
        }

        private static let services = [
            "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
            "skein.testing.Echo",
        ]

        #if os(Linux) && arch(x86_64)
            @Test("grpcurl lists, describes and calls")
            func grpcurl() async throws {
                try await InteropTests.withEchoServer { port in
                    let run = { (before: [String], after: [String]) in
                        let arguments = ["-plaintext"] + before + ["127.0.0.1:\(port)"] + after
                        let (lines, status) = try await PythonPeer.runTool("grpcurl", arguments)
                        #expect(status == 0, "\(arguments): \(lines)")
                        return lines
                    }
                    #expect(try await run([], ["list"]) == Tools.services)
                    let methods = ["Collect", "Expand", "Get", "Update"].map { "skein.testing.Echo.\($0)" }
                    #expect(try await run([], ["list", "skein.testing.Echo"]) == methods)
                    let service = try await run([], ["describe", "skein.testing.Echo"])
                    let get = "  rpc Get ( .skein.testing.EchoRequest ) returns ( .skein.testing.EchoReply );"
                    #expect(service.contains(get))
                    let message = try await run([], ["describe", "skein.testing.EchoRequest"])
                    #expect(message.contains("  int32 fail_code = 6;"))
                    let data = "{\"text\": \"a\", \"count\": 3}"
                    let replies = try await run(["-d", data], ["skein.testing.Echo/Expand"])
                    #expect(replies.filter { $0.contains("\"text\"") }.count == 3)
                    let health = try await run([], ["grpc.health.v1.Health/Check"])
                    #expect(health.contains("  \"status\": \"SERVING\""))
                }
            }
        #endif
    }

    /// Runs our Echo server in this process for as long as `body` takes.
    static func withEchoServer(_ body: (Int) async throws -> Void) async throws {
        let echo = EchoService()
        // Nobody else answers there once the server is gone.
        let port = try LocalPort.reserve()
        let server = Skein.Server(
            .tcp("127.0.0.1", port: port), security: .plaintext, services: [echo, HealthService(), ReflectionService()])
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            group.addTask {
                for await _ in echo.shutdownRequests { server.shutDown() }
            }
            _ = try await server.addresses()
            try await body(port)
            group.cancelAll()
        }
    }
}
