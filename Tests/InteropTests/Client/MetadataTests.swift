// SPDX-License-Identifier: Apache-2.0
import Skein
import Testing

extension InteropTests {
    @Suite("our client and grpcio's server: metadata")
    struct MetadataExchange {
        static let everyByte = Array(UInt8.min...UInt8.max)
        static let cases: [Metadata] = [
            ["x-echo-a": "one", "x-echo-b.c_d-e": "two words, a comma; ~!@#$%^&*()"],
            ["x-echo-every-bin": .binary(everyByte), "x-echo-one-bin": .binary([0])],
            ["x-echo-1-bin": .binary([1]), "x-echo-2-bin": .binary([1, 2]), "x-echo-3-bin": .binary([1, 2, 3])],
            [
                "x-echo-a": "1", "x-echo-a-bin": .binary([1]), "x-echo-a": "2", "x-echo-a-bin": .binary([255, 254]),
                "x-echo-a": "1",
            ],
            ["x-echo-large": .text(String(repeating: "v", count: 4_096))],
        ]

        @Test("metadata comes back as initial and as trailing metadata", arguments: cases)
        func roundTrip(_ sent: Metadata) async throws {
            try await GrpcioServer.withEcho { echo in
                let response = try await echo.get.response(.init(text: "m"), .metadata(sent))
                try expect(response.metadata, brings: sent)
                try expect(response.trailingMetadata, brings: sent)
            }
        }

        @Test("metadata comes back on a stream, before its first message")
        func stream() async throws {
            try await GrpcioServer.withEcho { echo in
                let replies = try await echo.expand(.init(count: 2, delayMs: 50), .metadata(["x-echo-a": "s"]))
                #expect(try await replies.metadata()["x-echo-a"] == "s")
                #expect(try await replies.texts().count == 2)
                #expect(await replies.summary().trailingMetadata["x-echo-a"] == "s")
            }
        }

        @Test("trailing metadata comes with a failure")
        func failing() async throws {
            let sent: Metadata = ["x-echo-a": "t", "x-echo-b-bin": .binary(Self.everyByte)]
            try await GrpcioServer.withEcho { echo in
                let error = await #expect(throws: RPCError.self) {
                    try await echo.get(.init(failCode: 5, failMessage: "none"), .metadata(sent))
                }
                try expect(#require(error).metadata, brings: sent)
            }
        }

        /// `received` has the values of each name in `sent`, in order.
        private func expect(_ received: Metadata, brings sent: Metadata) throws {
            for name in Set(sent.map(\.name)) {
                #expect(received.values(name) == sent.values(name))
                #expect(received.binaryValues(name) == sent.binaryValues(name))
            }
        }
    }
}
