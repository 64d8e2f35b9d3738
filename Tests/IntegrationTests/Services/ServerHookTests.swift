// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinServer
import SkeinTransport
import Synchronization
import Testing

@Suite("hooks of a server", .timeLimit(.minutes(5)))
struct ServerHookTests {
    /// Writes down what it is told.
    private final class Diary: ServerHook {
        let lines = Recorder<String>()
        let propagation: Duration
        let onListen: @Sendable () async throws -> Void
        let onDrain: @Sendable () async -> Void

        init(
            propagation: Duration = .zero, onListen: @escaping @Sendable () async throws -> Void = {},
            onDrain: @escaping @Sendable () async -> Void = {}
        ) {
            self.propagation = propagation
            self.onListen = onListen
            self.onDrain = onDrain
        }

        func didListen(_ addresses: [EndpointAddress]) async throws {
            lines.record("listen \(addresses.count)")
            try await onListen()
        }

        func willDrain() async {
            lines.record("drain")
            await onDrain()
        }

        func willGoAway() async { lines.record("go away") }
        func didStop() async { lines.record("stop") }
    }

    private struct Broken: Error {}

    @Test("a hook is told of each step in order, also when the server's task is cancelled", arguments: [false, true])
    func steps(isCancelled: Bool) async throws {
        let diary = Diary()
        let server = Server(
            .tcp("127.0.0.1", port: 0), security: .plaintext, services: [EchoService()], options: .hook(diary))
        let running = Task { try await server.run() }
        _ = try await server.addresses()
        #expect(diary.lines.all == ["listen 1"])
        if isCancelled { running.cancel() } else { server.shutDown() }
        try await running.value
        #expect(diary.lines.all == ["listen 1", "drain", "go away", "stop"])
    }

    @Test("a hook that is not done holds the server back, until the server is asked a second time to stop")
    func slow() async throws {
        let isCancelled = Gate()
        let diary = Diary(onDrain: {
            await Gate.waitForCancellation()
            isCancelled.open()
        })
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .hook(diary))
        server.shutDown()
        await eventually { diary.lines.all == ["listen 1", "drain"] }
        server.shutDown()
        try await server.finished()
        try await isCancelled.wait()
    }

    @Test("a hook that never is done holds the server back for seconds only")
    func stuck() async throws {
        let diary = Diary(onDrain: { await Gate.waitForCancellation() })
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .hook(diary))
        server.shutDown()
        try await server.finished()
        await eventually { diary.lines.all == ["listen 1", "drain", "go away", "stop"] }
    }

    @Test("the server goes on for as long as a hook asks")
    func propagation() async throws {
        let diary = Diary(propagation: .seconds(3600))
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .hook(diary))
        server.shutDown()
        await eventually { diary.lines.all == ["listen 1", "drain"] }
        let peer = try await RawPeer(port: server.address.port ?? 0)
        await peer.send(Frames.hello)
        await eventually { peer.frames.contains { $0.type == 4 } }
        server.shutDown()
        try await server.finished()
    }

    @Test("an error of a hook that is told of the start stops the server, which says so")
    func error() async throws {
        let diary = Diary(onListen: { throw Broken() })
        let server = Server(
            .tcp("127.0.0.1", port: 0), security: .plaintext, services: [EchoService()], options: .hook(diary))
        await #expect(throws: Broken.self) { try await server.run() }
        await #expect(throws: Broken.self) { try await server.addresses() }
        #expect(diary.lines.all.first == "listen 1")
    }
}
