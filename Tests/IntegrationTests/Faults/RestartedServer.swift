// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinServer
import Synchronization
import TestSupport

/// A server that is stopped and started again, each time on another port.
final class RestartedServer: Sendable {
    private let service: EchoService
    private let options: ServerOptions
    private let current = Mutex<SocketServer?>(nil)
    private let usedPorts = Mutex<[Int]>([])

    init(_ service: EchoService, _ options: ServerOptions) async throws {
        self.service = service
        self.options = options
        try await start()
    }

    /// Where it listens, or did until it was stopped.
    var port: Int { usedPorts.withLock { $0.last ?? 0 } }
    var ports: [Int] { usedPorts.withLock { $0 } }

    private func start() async throws {
        // Clients of the last port go on calling there: nobody else is to answer.
        let port = try LocalPort.reserve()
        let server = try await SocketServer(.tcp("127.0.0.1", port: port), [service], options)
        usedPorts.withLock { $0.append(server.address.port ?? 0) }
        current.withLock { $0 = server }
    }

    func stop() async throws {
        guard let server = current.withLock({ $0.take() }) else { return }
        server.shutDown()
        try await server.finished()
    }

    func restart() async throws {
        try await stop()
        try await start()
    }
}
