// SPDX-License-Identifier: Apache-2.0
import NativeStubs
import Skein
import SwiftProtobufStubs
import Testing

/// Whose messages the stubs exchange.
enum Messages: String, CaseIterable, CustomTestStringConvertible {
    case native, swiftProtobuf

    var testDescription: String { rawValue }

    var service: any RPCService {
        switch self {
        case .native: NativeRepeater()
        case .swiftProtobuf: SwiftProtobufRepeater()
        }
    }

    func client(_ channel: Skein.Channel) -> any RepeaterClient {
        switch self {
        case .native: NativeStubs.Skein_Testing_Repeater.Client(channel)
        case .swiftProtobuf: SwiftProtobufStubs.Skein_Testing_Repeater.Client(channel)
        }
    }
}

/// One body per call shape, for each pair of clients and servers.
@Suite("stubs over native and over swift-protobuf's messages", .timeLimit(.minutes(2)))
struct StubTests {
    @Test("a unary call brings the same message back", arguments: Messages.allCases, Messages.allCases)
    func unary(client: Messages, server: Messages) async throws {
        try await withRepeater(client, server) { try await getItems($0) }
    }

    private func getItems<Client: RepeaterClient>(_ repeater: Client) async throws {
        var item = Client.Item()
        #expect(try await repeater.get(item) == item)
        item.text = "Grüße, 世界 🪿\0"
        item.parts = parts(["a", ""])
        item.counts = ["": 0, "smallest": .min, "largest": .max]
        #expect(try await repeater.get(item) == item)
    }

    @Test("a message of a library comes back too", arguments: Messages.allCases, Messages.allCases)
    func wellKnown(client: Messages, server: Messages) async throws {
        try await withRepeater(client, server) { try await waitForTimes($0) }
    }

    private func waitForTimes<Client: RepeaterClient>(_ repeater: Client) async throws {
        var time = Client.Time()
        time.seconds = -62_135_596_800
        time.nanos = 999_999_999
        #expect(try await repeater.wait(time) == time)
    }

    @Test("a server stream brings its messages in order", arguments: Messages.allCases, Messages.allCases)
    func serverStreaming(client: Messages, server: Messages) async throws {
        try await withRepeater(client, server) { try await expandItems($0) }
    }

    private func expandItems<Client: RepeaterClient>(_ repeater: Client) async throws {
        for texts in [[], ["one"], (0..<100).map(String.init)] {
            var item = Client.Item()
            item.parts = parts(texts)
            var received: [Client.Item.Part] = []
            for try await part in try await repeater.expand(item) { received.append(part) }
            #expect(received == item.parts)
        }
    }

    @Test("a client stream is read to its end", arguments: Messages.allCases, Messages.allCases)
    func clientStreaming(client: Messages, server: Messages) async throws {
        try await withRepeater(client, server) { try await collectParts($0) }
    }

    private func collectParts<Client: RepeaterClient>(_ repeater: Client) async throws {
        for texts in [[], ["one"], (0..<100).map(String.init)] {
            let parts: [Client.Item.Part] = parts(texts)
            let item = try await repeater.collect { requests in try await requests.write(contentsOf: parts) }
            #expect(item.parts == parts)
        }
    }

    @Test("a bidirectional call plays ping-pong", arguments: Messages.allCases, Messages.allCases)
    func bidirectional(client: Messages, server: Messages) async throws {
        try await withRepeater(client, server) { try await updateMarks($0) }
    }

    private func updateMarks<Client: RepeaterClient>(_ repeater: Client) async throws {
        let call = try await repeater.update()
        var marks = call.responses.makeAsyncIterator()
        for number: Int32 in [0, 1, -1, .max, .min] {
            var mark = Client.Mark()
            mark.number = number
            try await call.requests.write(mark)
            #expect(try await marks.next() == mark)
        }
        call.requests.finish()
        #expect(try await marks.next() == nil)
    }

    @Test("an error arrives with its code and message", arguments: Messages.allCases, Messages.allCases)
    func error(client: Messages, server: Messages) async throws {
        try await withRepeater(client, server) { try await getError($0) }
    }

    private func getError<Client: RepeaterClient>(_ repeater: Client) async throws {
        var item = Client.Item()
        item.text = "no such goose"
        item.failCode = Int32(StatusCode.notFound.rawValue)
        let error = try await #require(throws: RPCError.self) { try await repeater.get(item) }
        #expect(error.status == Status(.notFound, "no such goose"))
    }

    @Test("both describe the service alike")
    func descriptors() {
        let native = NativeStubs.Skein_Testing_Repeater.descriptor
        let other = SwiftProtobufStubs.Skein_Testing_Repeater.descriptor
        #expect(native.name == other.name)
        #expect(native.methods == other.methods)
        #expect(native.fileDescriptors == other.fileDescriptors)
        #expect(other.fileDescriptors.count == 3)
    }

    private func parts<Part: PartMessage>(_ texts: [String]) -> [Part] {
        texts.map { text in
            var part = Part()
            part.text = text
            return part
        }
    }

    /// Serves on 127.0.0.1 for as long as `body` takes.
    private func withRepeater(
        _ client: Messages, _ server: Messages, _ body: (any RepeaterClient) async throws -> Void
    ) async throws {
        let server = Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [server.service])
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            let channel = try Channel("ipv4:\(try await server.addresses()[0])", security: .plaintext)
            try await body(client.client(channel))
            await channel.shutDown()
            group.cancelAll()
        }
    }
}
