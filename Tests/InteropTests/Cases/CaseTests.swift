// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport
import Testing

extension InteropTests {
    /// gRPC's interoperability tests (grpc/doc/interop-test-descriptions.md), by our programs and by grpcio.
    @Suite("gRPC's interoperability tests")
    struct Cases {
        private static let names = [
            "empty_unary", "cacheable_unary", "large_unary", "client_compressed_unary", "server_compressed_unary",
            "client_streaming", "client_compressed_streaming", "server_streaming", "server_compressed_streaming",
            "ping_pong", "empty_stream", "custom_metadata", "status_code_and_message", "special_status_message",
            "unimplemented_method", "unimplemented_service", "cancel_after_begin", "cancel_after_first_response",
            "timeout_on_sleeping_server", "pick_first_unary", "orca_per_rpc", "orca_oob", "rpc_soak", "channel_soak",
        ]
        /// grpcio takes the trailer for itself, and has no policy to show it.
        private static func names(of client: Route.Side) -> Set<String> {
            client == .ours ? Set(names) : Set(names).subtracting(["orca_per_rpc"])
        }
        /// For machines that are busy with other tests.
        private static let patience = [
            "--soak-per-iteration-max-acceptable-latency-ms", "20000", "--soak-overall-timeout-seconds", "60",
        ]

        @Test("every case passes", arguments: Route.all)
        func passes(_ route: Route) async throws {
            try await route.withServer { port in
                let results = try await route.run(
                    ["--port", "\(port)", "--case", "all"] + (route.client == .ours ? Self.patience : []))
                #expect(Set(results.passed) == Self.names(of: route.client), "\(results.text)")
                #expect(results.failed.isEmpty)
                #expect(results.status == 0)
            }
        }

        @Test(
            "the cases find what is wrong with a server",
            arguments: [
                (
                    "payload",
                    [
                        "large_unary", "client_compressed_unary", "server_compressed_unary", "server_streaming",
                        "server_compressed_streaming", "ping_pong", "custom_metadata", "cancel_after_first_response",
                        "rpc_soak", "channel_soak",
                    ]
                ),
                ("metadata", ["custom_metadata", "server_compressed_unary", "server_compressed_streaming"]),
                (
                    "rest",
                    [
                        "empty_unary", "cacheable_unary", "client_compressed_unary", "server_compressed_unary",
                        "client_streaming", "client_compressed_streaming", "server_compressed_streaming", "ping_pong",
                        "empty_stream", "custom_metadata", "status_code_and_message", "special_status_message",
                        "unimplemented_method", "pick_first_unary", "orca_per_rpc", "orca_oob",
                    ]
                ),
            ])
        func finds(fault: String, failing: [String]) async throws {
            let route = Route(client: .ours, server: .grpcio)
            try await route.withServer(["--faults", fault]) { port in
                let results = try await route.run(["--port", "\(port)", "--case", "all"] + Self.patience)
                #expect(Set(results.failed) == Set(failing), "\(results.text)")
                #expect(Set(results.passed) == Set(Self.names).subtracting(failing))
                #expect(results.status == 1)
            }
        }

        @Test("pick_first_unary tells one of two servers from both in turn", arguments: [Route.Side.ours, .grpcio])
        func pickFirst(client: Route.Side) async throws {
            let route = Route(client: client, server: .ours)
            try await route.withServer { first in
                try await route.withServer { second in
                    let arguments = [
                        "--target", "ipv4:127.0.0.1:\(first),127.0.0.1:\(second)", "--case", "pick_first_unary",
                    ]
                    #expect(try await route.run(arguments).status == 0)
                    guard client == .ours else { return }
                    let config = #"{"loadBalancingConfig": [{"round_robin": {}}]}"#
                    var both = try await route.run(arguments + ["--service-config-json", config])
                    // The calls of a run may be over before it is connected to the second server.
                    for _ in 0..<4 where both.failed.isEmpty {
                        both = try await route.run(arguments + ["--service-config-json", config])
                    }
                    #expect(both.failed == ["pick_first_unary"], "\(both.text)")
                }
            }
        }

        @Test("a soak test fails when more calls are slow than may be", arguments: [(9, Int32(1)), (10, 0)])
        func soak(maxFailures: Int, status: Int32) async throws {
            let route = Route(client: .ours, server: .ours)
            try await route.withServer { port in
                let results = try await route.run([
                    "--port", "\(port)", "--case", "rpc_soak", "--soak-max-failures", "\(maxFailures)",
                    "--soak-per-iteration-max-acceptable-latency-ms", "0", "--soak-overall-timeout-seconds", "60",
                ])
                #expect(results.status == status, "\(results.text)")
                let slow = /soak iteration: \d+ elapsed_ms: \d+ peer: \S+ server_uri: \S+ failed: .*/
                #expect(results.lines.count { $0.wholeMatch(of: slow) != nil } == 10, "\(results.text)")
            }
        }

        @Test("a server that is not there fails each case, with its address")
        func noServer() async throws {
            let results = try await Route(client: .ours, server: .ours).run(
                ["--port", "1", "--case", "empty_unary", "ping_pong"])
            #expect(results.failed == ["empty_unary", "ping_pong"])
            #expect(results.lines.allSatisfy { $0.contains("UNAVAILABLE") && $0.contains("127.0.0.1:1") })
            #expect(results.status == 1)
        }
    }
}
