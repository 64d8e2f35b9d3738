// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
package import SkeinCore
internal import SkeinHTTP2
package import SkeinTransport

/// Serves services to clients of the same process: no listener, and a pipe in memory for each connection.
package final class InProcessServer: ClientTransport {
    private let core: ServerCore

    /// What both ends of a connection take for the other's address.
    package static let address = EndpointAddress.unix(path: "in-process")

    /// - Parameter options: its handlers run on the process's event loops whatever `eventLoops` says.
    /// - Throws: for services that have a method in common.
    package init(_ services: [any RPCService], _ options: ServerOptions) throws(ConfigurationError) {
        let router = ServiceRouter(services)
        let methods = try MethodTable(router.methods, services: router.services)
        let loops = ServerLoops(nil)
        core = ServerCore(
            methods, options, loops: loops, activities: loops.all.map { _ in LoopActivity() },
            meter: LoadMeter.first(in: services))
    }

    package var isPrivate: Bool { true }

    package func open(_ connection: ClientConnection, timeout: Duration) {
        connection.eventLoop.execute { [core] in
            do throws(HTTP2Error) {
                let accepted = try core.makeConnection(Peer(address: InProcessServer.address), connection.eventLoop)
                MemoryPipe.join(connection, accepted, on: connection.eventLoop)
            } catch {
                connection.connectFailed(error)
            }
        }
    }

    /// Takes no new connections, lets the calls that run finish, and closes.
    package func beginDraining() { core.connections.beginDraining() }

    /// Cancels the calls that still run, and closes.
    package func endDraining() { core.connections.endDraining() }

    /// Closes all connections under their calls.
    package func cutConnections() {
        for connection in core.connections.all { connection.eventLoop.execute { connection.close() } }
    }

    /// Waits until it is drained. One caller.
    package func drained() async { await core.connections.waitUntilEmpty() }
}
