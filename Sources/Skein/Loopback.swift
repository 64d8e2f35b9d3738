// SPDX-License-Identifier: Apache-2.0
public import SkeinClient
public import SkeinCore
internal import SkeinResolution
public import SkeinServer
internal import SkeinTransport

/// Services and a channel to them within the process: for tests, and for calling a local service without a socket.
///
/// Calls go through the same code as over a network, from interceptors down to HTTP/2: deadlines, cancellation, flow
/// control, limits and statuses are the same; only the socket, and with it TLS, is left out. Since nothing leaves the
/// process, call credentials are sent.
public final class Loopback: Sendable {
    /// Calls the services.
    public let channel: Channel
    private let server: InProcessServer

    /// - Parameters:
    ///   - server: as for a `Server`; what is about listening has no meaning here, so that hooks are not told of it, and
    ///     handlers run on the process's event loops.
    ///   - client: as for a `Channel`.
    /// - Throws: for services that have a method in common, and for options that can never work.
    public init(
        _ services: any RPCService..., server: ServerOptions = .init(), client: ChannelOptions = .init()
    ) throws(ConfigurationError) {
        let server = try InProcessServer(services, server)
        let endpoints = EndpointList(Endpoint(InProcessServer.address))
        channel = try Channel("static:///loopback", options: client.endpoints(endpoints, as: "loopback")) {
            $0.transport = server
        }
        self.server = server
    }

    /// Shuts the channel and the services down: no new calls; those that run have `grace` to end, then they are
    /// cancelled. A loopback that nobody refers to any more is shut down at once.
    public func shutDown(grace: Duration = .seconds(30)) async {
        await channel.shutDown(grace: grace)
        server.beginDraining()
        await server.drained()
    }
}
