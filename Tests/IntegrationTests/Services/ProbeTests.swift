// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinServer
import SkeinServices
import SkeinTransport
import TestSupport
import Testing

@Suite("probes by HTTP/1.1", .serialized, .timeLimit(.minutes(2)))
struct ProbeTests {
    private let health = HealthService()

    private func withProbes(
        _ options: ServerOptions = .init(), _ body: (SocketServer, Int) async throws -> Void
    ) async throws {
        let server = try await SocketServer(
            .tcp("127.0.0.1", port: 0), [EchoService(), health], options.probes(on: .tcp("127.0.0.1", port: 0)))
        let port = try #require(try await server.server.probesAddress()?.port)
        try await body(server, port)
        server.shutDown()
        server.endGrace()
        try await server.finished()
    }

    /// All that comes back for `request` until the server closes.
    private func answer(to request: [UInt8], port: Int) async throws -> String {
        let peer = try await RawPeer(port: port)
        await peer.send(request)
        await eventually { peer.isClosed }
        return String(decoding: peer.bytes, as: UTF8.self)
    }

    /// The status code of a GET.
    private func get(_ path: String, port: Int) async throws -> String {
        let text = try await answer(to: Array("GET \(path) HTTP/1.1\r\nhost: x\r\n\r\n".utf8), port: port)
        return String(text.dropFirst("HTTP/1.1 ".count).prefix(3))
    }

    @Test("a server lives and is ready, unless its health service says otherwise or it drains")
    func states() async throws {
        try await withProbes(.propagation(.seconds(3600))) { server, port in
            #expect(try await get("/health", port: port) == "200")
            #expect(try await get("/ready", port: port) == "200")
            health.set(.notServing)
            #expect(try await get("/ready", port: port) == "503")
            health.set(.serving)
            #expect(try await get("/ready", port: port) == "200")
            server.shutDown()
            try await eventually { try await get("/ready", port: port) == "503" }
            #expect(try await get("/health", port: port) == "200")
        }
    }

    @Test("a server without a health service is ready until it drains, and its probes end with it")
    func withoutHealth() async throws {
        // Nobody else listens there later.
        let options = try ServerOptions.propagation(.seconds(3600))
            .probes(on: .tcp("127.0.0.1", port: LocalPort.reserve()))
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], options)
        let port = try #require(try await server.server.probesAddress()?.port)
        #expect(try await get("/ready", port: port) == "200")
        server.shutDown()
        try await eventually { try await get("/ready", port: port) == "503" }
        server.shutDown()
        try await server.finished()
        let status = try? await get("/health", port: port)
        #expect(status != "200")
    }

    @Test("a server without probes has no address for them; one whose port is taken does not start")
    func addresses() async throws {
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .init())
        #expect(try await server.server.probesAddress() == nil)
        let port = server.address.port ?? 0
        let second = Server(
            .tcp("127.0.0.1", port: 0), security: .plaintext, services: [EchoService()],
            options: .probes(on: .tcp("127.0.0.1", port: port)))
        await #expect(throws: ConfigurationError.self) { try await second.run() }
        await #expect(throws: ConfigurationError.self) { try await second.probesAddress() }
        server.shutDown()
        try await server.finished()
    }

    @Test(
        "what is not a proper request gets 400, or nothing",
        arguments: [
            ("nonsense\r\n\r\n", "400"), ("GET /health\r\n\r\n", "400"), ("GET /health HTTP/9.9\r\n\r\n", "400"),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"), ("\u{16}\u{3}\u{1}\u{0}\u{5}hello", "400"),
            ("GET /health HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", "400"),
            ("GET /health HTTP/1.1\r\nbad header\r\n\r\n", "400"),
            ("GET /health HTTP/1.1\r\nx: " + String(repeating: "y", count: 9000) + "\r\n\r\n", ""),
            ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\n\r\n", ""),
            ("POST /health HTTP/1.1\r\ncontent-length: 4294967296\r\n\r\nabc", "405"),
            ("GET /health HTTP/1.0\r\n\r\n", "200"),
            ("GET /health HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n", "200"),
        ])
    func hostile(request: String, status: String) async throws {
        try await withProbes { _, port in
            let answer = try await answer(to: Array(request.utf8), port: port)
            #expect(answer.isEmpty ? status == "" : answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
            #expect(try await get("/health", port: port) == "200")
        }
    }

    @Test("one connection gets one answer")
    func pipelining() async throws {
        try await withProbes { _, port in
            let one = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
            let text = try await answer(to: Array(String(repeating: one, count: 20).utf8), port: port)
            #expect(text.components(of: "HTTP/1.1 ") == 1)
            #expect(text.contains("connection: close"))
            #expect(text.hasSuffix("\r\n\r\nalive\n"))
        }
    }

    @Test("idle connections neither keep a probe out nor stay")
    func idle() async throws {
        try await withProbes { _, port in
            var idle: [RawPeer] = []
            for index in 0..<200 {
                let peer = try await RawPeer(port: port)
                if index.isMultiple(of: 2) { await peer.send(Array("GET /hea".utf8)) }
                idle.append(peer)
            }
            #expect(try await get("/health", port: port) == "200")
            await eventually { idle.prefix(100).allSatisfy(\.isClosed) }
            await eventually { idle.allSatisfy(\.isClosed) }
        }
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
