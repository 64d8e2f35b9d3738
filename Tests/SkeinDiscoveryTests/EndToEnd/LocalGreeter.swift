// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Skein
import SkeinDiscovery

/// A server in this process, which says its name.
final class LocalGreeter: Sendable {
    private struct Greeter: Helloworld_Greeter.Service {
        let name: String

        func sayHello(
            _ request: Helloworld_HelloRequest, context: ServerContext
        ) async throws -> Helloworld_HelloReply {
            Helloworld_HelloReply(message: name)
        }
    }

    let port: Int
    private let server: Server
    private let running: Task<Void, any Error>

    /// Registers as `greeter`, for 6 s at a time, in each of `registries`.
    init(_ name: String, in registries: [String] = []) async throws {
        let registered = RegistrationOptions().with { ($0.ttl, $0.propagation) = (.seconds(6), .zero) }
        var options = ServerOptions().eventLoops(1)
        for registry in registries {
            options = options.hook(try Registration(in: registry, service: "greeter", options: registered))
        }
        let server = Server(
            .tcp("127.0.0.1", port: 0), security: .plaintext, services: [Greeter(name: name)], options: options)
        self.server = server
        running = Task { try await server.run() }
        port = try await server.addresses()[0].port ?? 0
    }

    /// Returns when it has drained.
    func stop() async throws {
        server.shutDown()
        try await running.value
    }
}
