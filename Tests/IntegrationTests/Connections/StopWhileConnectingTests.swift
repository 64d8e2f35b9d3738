// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import SkeinCore
import SkeinServer
import Testing

@Suite("servers that stop while clients connect", .timeLimit(.minutes(2)))
struct StopWhileConnectingTests {
    /// Connects and leaves, again and again.
    private func connect(to port: Int, _ connected: Level, until isOver: Gate) async {
        while !isOver.isOpen {
            let peer = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            connected.enter()
            try? await peer?.close().get()
        }
    }

    @Test("a server comes to its end though connections arrive until the last moment")
    func stop() async throws {
        for _ in 0..<60 {
            let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [EchoService()], .init().grace(.zero))
            let port = server.address.port ?? 0
            let (connected, isOver, hasFinished) = (Level(), Gate(), Gate())
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { await connect(to: port, connected, until: isOver) } }
                await eventually { connected.current > 8 }
                server.shutDown()
                Task {
                    try await server.finished()
                    hasFinished.open()
                }
                await eventually("the server does not end") { hasFinished.isOpen }
                isOver.open()
            }
        }
    }
}
