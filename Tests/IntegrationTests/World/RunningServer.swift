// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization

@testable import SkeinServer
@testable import SkeinTransport

/// A server that listens, in memory or on a socket.
protocol RunningServer: Sendable {
    var address: EndpointAddress { get }
    /// Begins to drain.
    func shutDown()
    /// Cancels what still runs.
    func endGrace()
    /// Waits until it has stopped.
    func finished() async throws
}

/// A `Server` that runs in a task of its own.
final class SocketServer: RunningServer {
    let server: Server
    let addresses: [EndpointAddress]
    private let running: Task<Void, any Error>

    var address: EndpointAddress { addresses[0] }

    convenience init(_ bind: BindAddress, _ services: [any RPCService], _ options: ServerOptions) async throws {
        try await self.init(Server(bind, security: .plaintext, services: services, options: options))
    }

    init(_ server: Server) async throws {
        self.server = server
        let running = Task { try await server.run() }
        self.running = running
        addresses = try await server.addresses()
    }

    func shutDown() { server.shutDown() }
    func endGrace() { server.shutDown() }
    func finished() async throws { try await running.value }
}
