// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SkeinCore
import Synchronization

@testable import SkeinServer
@testable import SkeinTransport

/// Servers without sockets, by address, and the connections to them.
final class MemoryNetwork: ClientTransport {
    private struct Refused: Error, CustomStringConvertible {
        var description: String { "connection refused" }
    }

    private let servers = Mutex<[EndpointAddress: MemoryServer]>([:])

    func add(_ server: MemoryServer) { servers.withLock { $0[server.address] = server } }
    func remove(_ server: MemoryServer) { servers.withLock { $0[server.address] = nil } }

    var isPrivate: Bool { false }

    func open(_ connection: ClientConnection, timeout: Duration) {
        if let server = servers.withLock({ $0[connection.address] }) {
            server.inner.open(connection, timeout: timeout)
        } else {
            connection.eventLoop.execute { connection.connectFailed(Refused()) }
        }
    }
}

/// A server that a `MemoryNetwork` connects to.
final class MemoryServer: RunningServer {
    let address: EndpointAddress
    fileprivate let inner: InProcessServer
    private let network: MemoryNetwork

    private static let lastNumber = Atomic(0)

    init(_ services: [any RPCService], _ options: ServerOptions, in network: MemoryNetwork) throws {
        let number = MemoryServer.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        address = .unix(path: "memory-\(number)")
        self.network = network
        inner = try InProcessServer(services, options)
        network.add(self)
    }

    func shutDown() {
        network.remove(self)
        inner.beginDraining()
    }

    func endGrace() { inner.endDraining() }
    func cutConnections() { inner.cutConnections() }
    func finished() async throws { await inner.drained() }
}
