// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Who calls whom in the interoperability tests, and through what.
struct Route: Sendable, CustomTestStringConvertible {
    enum Side: String, Sendable { case ours, grpcio }
    enum Proxy: String, Sendable, CaseIterable { case nginx, haproxy, envoy }

    enum Security: String, Sendable, CaseIterable {
        case plaintext, tls

        /// What the programs that serve are told.
        fileprivate func serverArguments() async throws -> [String] {
            guard self == .tls else { return [] }
            let files = try await TestCertificate.get()
            return ["--tls", "--cert", files.certificate, "--key", files.key]
        }

        fileprivate func clientArguments() async throws -> [String] {
            guard self == .tls else { return [] }
            return [
                "--tls", "--ca", try await TestCertificate.get().certificate, "--server-host-override", "localhost",
            ]
        }
    }

    let client: Side
    let server: Side
    var proxy: Proxy?
    var security = Security.plaintext

    /// HTTP/2 on both sides of each proxy. There is no case that one of them does not carry.
    static let all = Security.allCases.flatMap { security in
        [
            Route(client: .ours, server: .ours, security: security),
            Route(client: .ours, server: .grpcio, security: security),
            Route(client: .grpcio, server: .ours, security: security),
        ]
            + Proxy.allCases.flatMap { proxy in
                [
                    Route(client: .ours, server: .ours, proxy: proxy, security: security),
                    Route(client: .grpcio, server: .ours, proxy: proxy, security: security),
                ]
            }
    }

    var testDescription: String {
        "\(client) client, \(proxy.map { "\($0), " } ?? "")\(server) server, \(security)"
    }

    /// Calls `body` with the port to call while all that serves is running.
    func withServer(_ more: [String] = [], _ body: (Int) async throws -> Void) async throws {
        let arguments = try await security.serverArguments()
        let server = try await ListeningProcess(startServer(["--until-eof"] + arguments + more))
        defer { server.process.terminate() }
        guard let proxy else { return try await body(server.port) }
        let ports = try (0..<3).map { _ in try LocalPort.reserve() }.map(String.init)
        let front = try await ListeningProcess(
            PythonPeer.start(
                "proxy.py", [proxy.rawValue, "--port", "\(server.port)", "--listen"] + ports + arguments))
        defer { front.process.terminate() }
        try await body(front.port)
    }

    private func startServer(_ arguments: [String]) throws -> ChildProcess {
        switch server {
        case .ours: try InteropProgram.start("skein-interop-server", arguments)
        case .grpcio: try PythonPeer.start("interop_server.py", arguments)
        }
    }

    /// Runs the client to its end.
    func run(_ arguments: [String]) async throws -> CaseResults {
        let arguments = try await arguments + security.clientArguments()
        switch client {
        case .ours: return try await CaseResults(InteropProgram.start("skein-interop-client", arguments).finish())
        case .grpcio: return try await CaseResults(PythonPeer.run("interop_client.py", arguments))
        }
    }
}

/// What a client has printed of its cases.
struct CaseResults {
    /// In the order in which they ran.
    private(set) var passed: [String] = []
    private(set) var failed: [String] = []
    let lines: [String]
    let status: Int32

    init(_ output: (lines: [String], status: Int32)) {
        (lines, status) = output
        for line in lines {
            if line.hasPrefix("ok ") { passed.append(String(line.dropFirst(3))) }
            if line.hasPrefix("fail ") { failed.append(String(line.dropFirst(5).prefix { $0 != ":" })) }
        }
    }

    var text: String { lines.joined(separator: "\n") }
}
