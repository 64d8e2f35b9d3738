// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

/// One of a registry's servers takes connections, and says no more than `words`.
private final class SilentNode: Sendable {
    private let listener: any Channel

    init(_ words: String = "") async throws {
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.writeAndFlush(ByteBuffer(string: words), promise: nil)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    deinit { listener.close(promise: nil) }

    var address: String { "127.0.0.1:\(listener.localAddress?.port ?? 0)" }
}

@Suite("a registry's server that says nothing", .timeLimit(.minutes(5)))
struct SilentNodeTests {
    /// Half of an answer, so that no limit on its beginning helps.
    static let beginning = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n["

    @Test("Consul: another agent is asked", arguments: ["", beginning])
    func consul(words: String) async throws {
        let (silent, agent) = (try await SilentNode(words), try await ConsulStandIn())
        let catalog = RegistryCatalog(ConsulRegistry.self)
        try await check(catalog, "consul://\(agent.address)") { "consul://\(silent.address),\(agent.address)/\($0)" }
        await agent.stop()
    }

    @Test("Eureka: another server is asked", arguments: ["", beginning])
    func eureka(words: String) async throws {
        let (silent, server) = (try await SilentNode(words), try await EurekaStandIn())
        let catalog = RegistryCatalog(EurekaRegistry.self)
        let path = "eureka/v2?poll=0.2"
        try await check(catalog, "eureka://\(server.address)/\(path)") {
            "eureka://\(silent.address),\(server.address)/\(path)&app=\($0)"
        }
        await server.stop()
    }

    /// Whichever of the two is asked first.
    private func check(_ catalog: RegistryCatalog, _ location: String, _ target: (String) -> String) async throws {
        let registry = try catalog.registry(location, RegistryContext())
        let instance = ServiceInstance(service: "s", id: "i", host: "10.0.0.1", port: 1)
        _ = try await registry.register(instance, ttl: .seconds(300))
        let lists = try (0..<6 as Range<UInt64>).map {
            try WatchedList(target("s"), catalog, ResolverContext(seed: $0))
        }
        try await until("somebody still waits for the silent one", within: .seconds(90)) {
            lists.allSatisfy { $0.ids == ["i"] }
        }
        await registry.close()
    }

    @Test("Docker: an answer that stops halfway is given up")
    func docker() async throws {
        let silent = try await SilentNode(SilentNodeTests.beginning)
        let engine = DockerEngine(try DockerHost("tcp://\(silent.address)", [:]))
        await #expect(throws: RPCError.self) { try await engine.running() }
        await engine.close()
    }
}
