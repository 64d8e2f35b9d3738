// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport
import Testing

extension InteropTests {
    /// Health checks by channels (gRFC A17).
    @Suite("our client and grpcio's server: health")
    struct Health {
        @Test("a channel calls a server while it serves")
        func watched() async throws {
            let server = try await GrpcioServer()
            defer { server.process.terminate() }
            let config = ServiceConfig(loadBalancing: .roundRobin, healthCheckedService: "skein.testing.Echo")
            let channel = try Channel(
                "ipv4:127.0.0.1:\(server.port)", security: .plaintext, options: .serviceConfig(config))
            let watched = Skein_Testing_Echo.Client(channel)
            try await server.withEcho { control in
                _ = try await watched.get(.init(text: "x"))
                _ = try await control.get(.init(text: "not serving"))
                var failure: RPCError?
                while failure == nil {
                    do { _ = try await watched.get(.init(text: "x")) } catch let error as RPCError { failure = error }
                }
                #expect(failure?.code == .unavailable)
                #expect(failure?.message.contains("\"skein.testing.Echo\": it is NOT_SERVING") == true)
                _ = try await control.get(.init(text: "serving"))
                let reply = try await watched.get(.init(text: "again"), .waitForReady)
                #expect(reply.text == "again")
            }
            await channel.shutDown(grace: .zero)
        }
    }
}
