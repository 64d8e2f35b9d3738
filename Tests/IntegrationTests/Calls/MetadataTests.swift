// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

@Suite("metadata of calls", .serialized, .timeLimit(.minutes(5)))
struct MetadataTests {
    private static let sample: Metadata = {
        var metadata: Metadata = ["plain": "text with spaces", "empty": ""]
        metadata.append("twice", "first")
        metadata.append("Other", "between")
        metadata.append("twice", "second")
        metadata.append("raw-bin", .binary([0, 1, 255, 254, 0]))
        metadata.append("raw-bin", .binary([]))
        metadata.append("raw-bin", .binary([7]))
        return metadata
    }()

    private static func expectSample(in metadata: Metadata, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(metadata["plain"] == "text with spaces", sourceLocation: sourceLocation)
        #expect(metadata["empty"] == "", sourceLocation: sourceLocation)
        #expect(metadata["other"] == "between", sourceLocation: sourceLocation)
        #expect(metadata.values("twice") == ["first", "second"], sourceLocation: sourceLocation)
        #expect(
            metadata.binaryValues("raw-bin") == [[0, 1, 255, 254, 0], [], [7]], sourceLocation: sourceLocation)
    }

    private static let reflecting = EchoService(
        unary: { request, context in
            context.initialMetadata = context.metadata
            context.trailingMetadata = context.metadata
            return request
        },
        chat: { _, responses, context in
            context.initialMetadata = context.metadata
            context.sendInitialMetadata()
            try await responses.write(Buffer("message"))
            context.trailingMetadata = context.metadata
        })

    @Test("text, binary and repeated entries pass in both directions", arguments: CallWorld.Medium.allCases)
    func unary(medium: CallWorld.Medium) async throws {
        try await CallWorld.with(medium, Self.reflecting) { world in
            let response = try await world.echo.unary.response(Buffer("x"), .metadata(Self.sample))
            Self.expectSample(in: response.metadata)
            Self.expectSample(in: response.trailingMetadata)
        }
    }

    @Test("initial metadata of a stream comes before its messages", arguments: CallWorld.Medium.allCases)
    func stream(medium: CallWorld.Medium) async throws {
        let gate = Gate()
        var service = Self.reflecting
        service.expand = { _, responses, context in
            context.initialMetadata = ["early": "yes"]
            context.sendInitialMetadata()
            try await gate.wait()
            try await responses.write(Buffer("late"))
        }
        try await CallWorld.with(medium, service) { world in
            let early = try await world.echo.expand(Buffer("x"))
            #expect(try await early.metadata()["early"] == "yes")
            gate.open()
            for try await message in early { #expect(message.text == "late") }

            let call = try await world.echo.chat(.metadata(Self.sample))
            call.requests.finish()
            Self.expectSample(in: try await call.responses.metadata())
            for try await message in call.responses { #expect(message.text == "message") }
            Self.expectSample(in: await call.responses.summary().trailingMetadata)
        }
    }

    @Test("the names that belong to gRPC do not reach the handler", arguments: CallWorld.Medium.allCases)
    func reserved(medium: CallWorld.Medium) async throws {
        let names = Recorder<[String]>()
        let service = EchoService(unary: { request, context in
            names.record(context.metadata.map(\.name))
            return request
        })
        try await CallWorld.with(medium, service) { world in
            _ = try await world.echo.unary(Buffer("x"), .metadata(["mine": "1"]).deadline(.seconds(20)))
            let seen = names.all.first ?? []
            #expect(seen.contains("mine"))
            for name in ["te", "content-type", "grpc-timeout", "grpc-encoding", ":path", "content-length"] {
                #expect(!seen.contains(name), "\(name)")
            }
        }
    }

    @Test(
        "metadata that cannot be sent ends the call before it starts, and is named",
        arguments: ["grpc-status", "with space", "te", "", "über"])
    func invalid(name: String) async throws {
        try await CallWorld.with(.memory) { world in
            var metadata = Metadata()
            metadata.append(name, "value")
            let error = await rpcError { try await world.echo.unary(Buffer("x"), .metadata(metadata)) }
            #expect(error?.code == .internal)
            #expect(error?.message.contains("/test.Echo/Unary") == true)
            #expect(error?.attempts.isEmpty == true)
        }
    }
}
