// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinServer
import SkeinTransport
import Synchronization
import TestSupport

@testable import SkeinDiscovery

/// The embedded registry in this process, which can be stopped and started again at the same port.
final class EmbeddedServer: Sendable {
    private struct Running {
        var server: Server
        var task: Task<Void, any Error>
    }

    let port: Int
    private let file: String?
    private let running = Mutex<Running?>(nil)

    /// Returns when it listens.
    init(file: String? = nil) async throws {
        self.file = file
        port = try LocalPort.reserve()
        try await start()
    }

    deinit { running.withLock { $0?.task.cancel() } }

    var location: String { "skein://127.0.0.1:\(port)" }

    func start() async throws {
        var options = RegistryService.serverOptions
        options.grace = .milliseconds(100)
        let server = Server(
            .tcp("127.0.0.1", port: port), security: .plaintext, services: [try RegistryService(file: file)],
            options: options)
        let task = Task { try await server.run() }
        _ = try await server.addresses()
        running.withLock { $0 = Running(server: server, task: task) }
    }

    /// Returns when it is gone.
    func stop() async {
        guard let running = running.withLock({ $0.take() }) else { return }
        running.server.shutDown()
        try? await running.task.value
    }

    func restart() async throws {
        await stop()
        try await start()
    }
}
