// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The four methods of `test.Echo`, by hand: messages are bytes.
enum Echo {
    static let unary = Method("test.Echo", "Unary", .unary, RawCodec.self, RawCodec.self)
    static let expand = Method("test.Echo", "Expand", .serverStreaming, RawCodec.self, RawCodec.self)
    static let collect = Method("test.Echo", "Collect", .clientStreaming, RawCodec.self, RawCodec.self)
    static let chat = Method("test.Echo", "Chat", .bidirectional, RawCodec.self, RawCodec.self)

    static let descriptor = ServiceDescriptor(
        "test.Echo", methods: [unary.descriptor, expand.descriptor, collect.descriptor, chat.descriptor])
}

/// Serves `test.Echo` with the handlers it is given. By default: `unary` and `chat` give back what they get, `expand`
/// sends the request three times, `collect` joins the requests.
struct EchoService: RPCService {
    typealias Writer = ResponseWriter<Buffer>
    typealias Requests = RequestStream<Buffer>

    var unary: @Sendable (Buffer, ServerContext) async throws -> Buffer = { request, _ in request }
    var expand: @Sendable (Buffer, Writer, ServerContext) async throws -> Void = { request, responses, _ in
        for _ in 0..<3 { try await responses.write(request) }
    }
    var collect: @Sendable (Requests, ServerContext) async throws -> Buffer = { requests, _ in
        var all = Buffer()
        for try await request in requests { request.withBytes { all.append($0) } }
        return all
    }
    var chat: @Sendable (Requests, Writer, ServerContext) async throws -> Void = { requests, responses, _ in
        for try await request in requests { try await responses.write(request) }
    }

    var descriptor: ServiceDescriptor { Echo.descriptor }

    func register(with router: inout ServiceRouter) {
        router.unary(Echo.unary, unary)
        router.serverStreaming(Echo.expand, expand)
        router.clientStreaming(Echo.collect, collect)
        router.bidirectional(Echo.chat, chat)
    }
}

/// The stub of `test.Echo`.
struct EchoClient: Sendable {
    let channel: Channel

    init(_ channel: Channel) { self.channel = channel }

    var unary: UnaryMethod<Buffer, Buffer> { UnaryMethod(Echo.unary, on: channel) }
    var expand: ServerStreamingMethod<Buffer, Buffer> { ServerStreamingMethod(Echo.expand, on: channel) }
    var collect: ClientStreamingMethod<Buffer, Buffer> { ClientStreamingMethod(Echo.collect, on: channel) }
    var chat: BidirectionalMethod<Buffer, Buffer> { BidirectionalMethod(Echo.chat, on: channel) }
}

extension Buffer {
    init(_ text: String) { self.init(text.utf8) }

    /// `count` bytes that differ from one another, by the seed too.
    init(count: Int, seed: Int = 0) {
        let pattern = (0..<251).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* 31) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count + pattern.count <= count { bytes += pattern }
        self.init(bytes + pattern.prefix(count - bytes.count))
    }

    var text: String { String(decoding: [UInt8](self), as: UTF8.self) }

    /// Whether the contents are the same; fast in debug builds, too.
    func isSame(as other: Buffer) -> Bool {
        guard count == other.count else { return false }
        return withBytes { a in other.withBytes { b in Buffer.isSame(a, b) } }
    }

    private static func isSame(_ a: borrowing RawSpan, _ b: borrowing RawSpan) -> Bool {
        a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                guard let first = a.baseAddress, let second = b.baseAddress else { return true }
                return memcmp(first, second, a.count) == 0
            }
        }
    }
}
