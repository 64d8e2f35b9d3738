// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import SkeinTransport
import Synchronization

@testable import SkeinClient
@testable import SkeinServer

/// A channel and a server, joined in memory or by a socket: one test body runs in each.
struct CallWorld: Sendable {
    enum Medium: String, CaseIterable, Sendable {
        case memory, tcp, unixSocket
    }

    let medium: Medium
    let channel: Channel
    let server: any RunningServer
    /// What the channel's target resolves to.
    let endpoints: EndpointList
    let network: MemoryNetwork

    var echo: EchoClient { EchoClient(channel) }

    /// Runs `body` in a world of its own, then takes it down and waits until that is done.
    static func with(
        _ medium: Medium, _ service: EchoService = EchoService(), server options: ServerOptions = .init(),
        channel channelOptions: ChannelOptions = .init(), _ body: (CallWorld) async throws -> Void
    ) async throws {
        let network = MemoryNetwork()
        let server = try await start(medium, [service], options, in: network)
        let endpoints = EndpointList(Endpoint(server.address))
        let channel = try makeChannel(medium, endpoints, channelOptions, network)
        let world = CallWorld(medium: medium, channel: channel, server: server, endpoints: endpoints, network: network)
        let result: Result<Void, any Error>
        do { result = .success(try await body(world)) } catch { result = .failure(error) }
        await channel.shutDown(grace: .zero)
        server.shutDown()
        server.endGrace()
        try await server.finished()
        try result.get()
    }

    static func start(
        _ medium: Medium, _ services: [any RPCService], _ options: ServerOptions = .init(), in network: MemoryNetwork
    ) async throws -> any RunningServer {
        switch medium {
        case .memory: try MemoryServer(services, options, in: network)
        case .tcp: try await SocketServer(.tcp("127.0.0.1", port: 0), services, options)
        case .unixSocket: try await SocketServer(.unix(path: nextSocketPath()), services, options)
        }
    }

    static func makeChannel(
        _ medium: Medium, _ endpoints: EndpointList, _ options: ChannelOptions = .init(), _ network: MemoryNetwork
    ) throws -> Channel {
        let options = options.endpoints(endpoints, as: "world")
        return medium == .memory
            ? try Channel("static:///world", options: options, connecting: { $0.transport = network })
            : try Channel("static:///world", security: .plaintext, options: options)
    }

    private static let lastSocket = Atomic(0)

    /// A path in the temporary folder that no other test uses.
    static func nextSocketPath() -> String {
        let number = lastSocket.wrappingAdd(1, ordering: .relaxed).newValue
        return "/tmp/skein-test-\(UInt32.random(in: 0 ... .max))-\(number).sock"
    }
}
