// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein
import TestSupport
import Testing

extension InteropTests {
    /// What the interop server does that no case looks at.
    @Suite("features of the interop server")
    struct Features {
        private typealias OutputRequest = Grpc_Testing_StreamingOutputCallRequest

        private func withClient(_ body: (Grpc_Testing_TestService.Client) async throws -> Void) async throws {
            try await Route(client: .ours, server: .ours).withServer { port in
                let channel = try Channel("ipv4:127.0.0.1:\(port)", security: .plaintext)
                try await body(.init(channel))
                await channel.shutDown(grace: .zero)
            }
        }

        @Test("HalfDuplexCall answers all requests in order, once the last has come")
        func halfDuplex() async throws {
            try await withClient { client in
                let call = try await client.halfDuplexCall(.deadline(.seconds(40)))
                for size in [3, 1, 2] as [Int32] {
                    try await call.requests.write(.init(responseParameters: [.init(size: size), .init(size: size)]))
                }
                call.requests.finish()
                var sizes: [Int] = []
                for try await response in call.responses { sizes.append(response.payload?.body.count ?? 0) }
                #expect(sizes == [3, 3, 1, 1, 2, 2])
            }
        }

        @Test("interval_us is waited for ahead of each response")
        func interval() async throws {
            try await withClient { client in
                let request = OutputRequest(
                    responseParameters: (0..<3).map { _ in .init(size: 1, intervalUs: 50_000) })
                let start = ContinuousClock.now
                var count = 0
                for try await _ in try await client.streamingOutputCall(request, .deadline(.seconds(40))) {
                    count += 1
                    #expect(ContinuousClock.now - start >= .milliseconds(50) * count)
                }
                #expect(count == 3)
            }
        }

        @Test(
            "a size or a payload type that cannot be is an invalid argument", arguments: [(-1, 0), (.max, 0), (1, 7)])
        func invalid(size: Int32, type: Int32) async throws {
            try await withClient { client in
                let type = Grpc_Testing_PayloadType(rawValue: type)
                let unary = await #expect(throws: RPCError.self) {
                    try await client.unaryCall(.init(responseType: type, responseSize: size), .deadline(.seconds(40)))
                }
                #expect(unary?.code == .invalidArgument)
                let request = OutputRequest(responseType: type, responseParameters: [.init(size: size)])
                let stream = await #expect(throws: RPCError.self) {
                    for try await _ in try await client.streamingOutputCall(request, .deadline(.seconds(40))) {}
                }
                #expect(stream?.code == .invalidArgument)
            }
        }
    }
}
