// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinTransport
import Synchronization
import Testing

/// Calls to servers that do everything wrong: each ends with the status it should, in time, and leaves nothing behind.
@Suite("broken servers", .timeLimit(.minutes(5)))
struct BrokenServerTests {
    /// Calls each shape once, over a channel of its own.
    private func meet(_ broken: BrokenServer) async throws {
        for shape in broken.shapes { try await meet(broken, shape) }
    }

    private func meet(_ broken: BrokenServer, _ shape: BrokenServer.Shape) async throws {
        let server = try await RawServer { _ in broken.script }
        let port = server.port
        let (channel, sockets) = try await call(broken, shape, port)
        await eventually("\(broken.name): the channel is still there") { channel.isGone }
        await eventually("\(broken.name): a connection is still open") { server.openConnections == 0 }
        await server.close()
        await eventually("\(broken.name): a socket is left") {
            openSockets(port: port).isDisjoint(with: sockets)
        }
    }

    /// The channel, and the sockets that were there when the call had ended: later, others may have this port.
    private func call(
        _ broken: BrokenServer, _ shape: BrokenServer.Shape, _ port: Int
    ) async throws -> (channel: WeakChannel, sockets: Set<String>) {
        let channel = try Channel("ipv4:127.0.0.1:\(port)", security: .plaintext)
        if broken.needsDeadline, broken.attempts != nil {
            channel.connect()
            await eventually("\(broken.name): no connection") { channel.state.isReady }
        }
        let limit = Duration.milliseconds(broken.needsDeadline ? 500 : 30_000)
        let error = await failure(of: shape, EchoClient(channel), .deadline(limit))
        let what: Comment = "\(broken.name), \(shape): \(error?.debugDescription ?? "no error")"
        #expect((error?.code ?? .ok) == broken.code, what)
        #expect(error?.message.isEmpty != true || error?.origin == .peer, what)
        if let attempts = broken.attempts { #expect(error?.attempts.count == attempts, what) }
        // Who gave the connection up.
        if case .open = broken.script.ending { #expect(error?.message.contains("server closed") != true, what) }
        let sockets = openSockets(port: port)
        await channel.shutDown(grace: .zero)
        return (WeakChannel(channel), sockets)
    }

    /// What a call throws.
    private func failure(
        of shape: BrokenServer.Shape, _ echo: EchoClient, _ options: CallOptions
    ) async -> RPCError? {
        do throws(RPCError) {
            switch shape {
            case .unary: _ = try await echo.unary(Buffer("x"), options)
            case .serverStreaming: for try await _ in try await echo.expand(Buffer("x"), options) {}
            }
            return nil
        } catch {
            return error
        }
    }

    @Test("an HTTP status has its code, unless there is a grpc-status", arguments: BrokenServer.httpStatuses)
    func httpStatuses(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("trailers are missing, too many or in the wrong place", arguments: BrokenServer.trailers)
    func trailers(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("a status is no status", arguments: BrokenServer.statuses)
    func statuses(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("a stream is reset", arguments: BrokenServer.streamResets)
    func streamResets(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("messages are cut, too long or garbage", arguments: BrokenServer.messages + [BrokenServer.gzipBomb])
    func messages(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("headers are malformed or too many", arguments: BrokenServer.headers)
    func headers(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("the first bytes are no HTTP/2", arguments: BrokenServer.greetings)
    func greetings(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("settings are extreme", arguments: BrokenServer.settings)
    func settings(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("frames are wrong, or never end, or never come", arguments: BrokenServer.frames + [BrokenServer.overflow])
    func frames(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test("GOAWAY comes", arguments: BrokenServer.goAways)
    func goAways(_ broken: BrokenServer) async throws { try await meet(broken) }

    @Test(
        "a connection that ends inside the answer fails the call, wherever that is",
        arguments: [RawServer.Script.Ending.close, .halfClose, .reset])
    func cut(ending: RawServer.Script.Ending) async throws {
        let reply = Frames.reply(1)
        for length in 0..<reply.count {
            let name = "\(ending) after \(length) bytes"
            try await meet(.answers(name, .unavailable, ending: ending, Array(reply.prefix(length))), .unary)
        }
        guard case .reset = ending else {
            return try await meet(.answers("\(ending) at the end", .ok, attempts: nil, ending: ending, reply))
        }
    }

    @Test("what breaks a stream leaves the connection to the other calls")
    func neighbours() async throws {
        let broken: [@Sendable (UInt32) -> [UInt8]] = [
            { Frames.headers($0, [(":status", "2x0")]) },
            { Frames.headers($0, Frames.okHead) + Frames.data($0, Frames.message(length: 0xffff_ffff)) },
            { Frames.headers($0, Frames.okHead + (0..<500).map { ("x-\($0)", "") }) },
            { Frames.headers($0, Frames.okHead) + Frames.data($0, Frames.message(flag: 9)) },
            { Frames.headers($0, Frames.okHead) + Frames.reset($0, code: 2) },
            { Frames.windowUpdate(0x7fff_ffff, stream: $0) },
        ]
        let number = Atomic(0)
        let server = try await RawServer { _ in
            .init(greeting: Frames.settings) { stream in
                let number = number.wrappingAdd(1, ordering: .relaxed).oldValue
                return number % 2 == 0 ? broken[number / 2 % broken.count](stream) : Frames.reply(stream)
            }
        }
        let channel = try Channel("ipv4:127.0.0.1:\(server.port)", security: .plaintext)
        let echo = EchoClient(channel)
        for _ in broken {
            let error = await rpcError { try await echo.unary(Buffer("x"), .deadline(.seconds(30))) }
            #expect(error != nil && error?.code != .deadlineExceeded, "\(error?.debugDescription ?? "")")
            let reply = try await echo.unary(Buffer("x"), .deadline(.seconds(30)))
            #expect(reply.text == "A")
        }
        #expect(server.connections == 1)
        await channel.shutDown(grace: .zero)
        await server.close()
    }
}
