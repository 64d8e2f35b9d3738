// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import SkeinCore
import SkeinHTTP2
import Synchronization

@testable import SkeinServer
@testable import SkeinTransport

/// Servers without sockets, by address, and the connections to them.
final class MemoryNetwork: ConnectionMaker {
    private struct Refused: Error, CustomStringConvertible {
        var description: String { "connection refused" }
    }

    private let servers = Mutex<[EndpointAddress: MemoryServer]>([:])

    func add(_ server: MemoryServer) { servers.withLock { $0[server.address] = server } }
    func remove(_ server: MemoryServer) { servers.withLock { $0[server.address] = nil } }

    func connect(
        to address: EndpointAddress, on eventLoop: any EventLoop, delegate: any ClientConnectionDelegate
    ) throws -> ClientConnection {
        let connection = try ClientConnection(
            to: address, on: eventLoop, configuration: HTTP2Configuration(), handshakeTimeout: .seconds(5),
            delegate: delegate)
        eventLoop.execute { [self] in
            guard let server = servers.withLock({ $0[address] }), let accepted = server.accept(on: eventLoop) else {
                return connection.connectFailed(Refused())
            }
            MemoryPipe.join(connection, accepted, on: eventLoop)
        }
        return connection
    }
}

/// A server that a `MemoryNetwork` connects to.
final class MemoryServer: RunningServer {
    let address: EndpointAddress
    private let core: ServerCore
    private let network: MemoryNetwork

    private static let lastNumber = Atomic(0)

    init(_ services: [any RPCService], _ options: ServerOptions, in network: MemoryNetwork) throws {
        let number = MemoryServer.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
        address = .unix(path: "memory-\(number)")
        self.network = network
        let router = ServiceRouter(services)
        let methods = try MethodTable(router.methods, services: router.services)
        let loops = ServerLoops(nil)
        core = ServerCore(methods, options, loops: loops, activities: loops.all.map { _ in LoopActivity() })
        network.add(self)
    }

    func accept(on eventLoop: any EventLoop) -> ServerConnection? {
        core.makeConnection(Peer(address: .unix(path: "memory-client")), eventLoop)
    }

    func shutDown() {
        network.remove(self)
        core.connections.beginDraining()
    }

    func endGrace() { core.connections.endDraining() }

    func cutConnections() {
        for connection in core.connections.all { connection.eventLoop.execute { connection.close() } }
    }

    func finished() async throws { await core.connections.waitUntilEmpty() }
}
