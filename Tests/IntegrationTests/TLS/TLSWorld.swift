// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinTransport
import TestSupport
import Testing

@testable import SkeinServer

/// A server with the security it is given, and channels to it.
struct TLSWorld: Sendable {
    let server: SocketServer
    let log: LogRecorder

    var port: Int { server.address.port ?? 0 }

    /// Runs `body`, then stops the server and waits for its end.
    static func with(
        _ security: TransportSecurity, _ service: EchoService = EchoService(), options: ServerOptions = .init(),
        bind: BindAddress = .tcp("127.0.0.1", port: 0), _ body: (TLSWorld) async throws -> Void
    ) async throws {
        let log = LogRecorder()
        let server = try await SocketServer(
            Server(bind, security: security, services: [service], options: options.logger(log.logger)))
        let result: Result<Void, any Error>
        do { result = .success(try await body(TLSWorld(server: server, log: log))) } catch { result = .failure(error) }
        server.shutDown()
        server.endGrace()
        try await server.finished()
        try result.get()
    }

    /// A channel whose authority is `name`.
    func channel(
        _ security: TransportSecurity, as name: String = "localhost", options: ChannelOptions = .init()
    ) throws -> Channel {
        let endpoints = EndpointList(Endpoint(server.address))
        return try Channel("static:///\(name)", security: security, options: options.endpoints(endpoints, as: name))
    }

    /// Calls `body` with a client on a channel of its own.
    func withEcho(
        _ security: TransportSecurity, as name: String = "localhost", options: ChannelOptions = .init(),
        _ body: (EchoClient) async throws -> Void
    ) async throws {
        let channel = try channel(security, as: name, options: options)
        let result: Result<Void, any Error>
        do { result = .success(try await body(EchoClient(channel))) } catch { result = .failure(error) }
        await channel.shutDown(grace: .zero)
        try result.get()
    }

    /// What a call over a new channel brings for `x`.
    func reply(_ security: TransportSecurity, as name: String = "localhost") async throws -> String {
        var text = ""
        try await withEcho(security, as: name) { echo in text = try await echo.unary(Buffer("x")).text }
        return text
    }

    /// The error that a call over a new channel ends with.
    func failure(_ security: TransportSecurity, as name: String = "localhost") async throws -> RPCError? {
        var error: RPCError?
        try await withEcho(security, as: name) { echo in
            error = await rpcError { try await echo.unary(Buffer("x"), .deadline(.seconds(20))) }
        }
        return error
    }

    /// Waits for a line of the server's log with all of `words` in it.
    func logs(_ words: String...) async {
        await eventually(within: .seconds(40), "no line with \(words) in \(log.lines)") {
            log.lines.contains { line in words.allSatisfy(line.contains) }
        }
    }
}
