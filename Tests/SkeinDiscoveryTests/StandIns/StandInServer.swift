// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOPosix
import SkeinCore
import Synchronization

/// A small HTTP/1.1 server on the loopback that stands in for a registry's.
final class StandInServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// Percent escapes decoded, one element for each part.
        var parts: [String]
        var query: [(name: String, value: String)]
        /// By names in lower case.
        var headers: [String: String]
        var body: String

        func value(_ name: String) -> String? { query.first { $0.name == name }?.value }
        func has(_ name: String) -> Bool { query.contains { $0.name == name } }
        func values(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// Sends a body piece by piece instead, until it returns.
        var stream: (@Sendable (_ send: @escaping @Sendable (String) async throws -> Void) async throws -> Void)?

        static func text(_ status: Int, _ text: String, _ headers: [(String, String)] = []) -> Answer {
            Answer(
                status: status, headers: headers + [("Content-Type", "text/plain; charset=utf-8")],
                body: Array(text.utf8))
        }

        static func json(_ status: Int, _ value: JSONValue, _ headers: [(String, String)] = []) -> Answer {
            Answer(
                status: status, headers: headers + [("Content-Type", "application/json")],
                body: Array(value.description.utf8))
        }

        static func empty(_ status: Int, _ headers: [(String, String)] = []) -> Answer {
            Answer(status: status, headers: headers)
        }
    }

    typealias Handler = @Sendable (Request) async throws -> Answer

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>

    private let handler: Handler
    /// Of a Unix socket; `nil`: a port of the loopback.
    private let path: String?
    private let running = Mutex<(task: Task<Void, Never>, port: Int)?>(nil)

    init(at path: String? = nil, _ handler: @escaping Handler) {
        self.path = path
        self.handler = handler
    }

    deinit { running.withLock { $0?.task.cancel() } }

    var port: Int { running.withLock { $0?.port ?? 0 } }

    /// Listens, at the same port as before when there was one.
    func start() async throws {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        let prepare: @Sendable (any NIOCore.Channel) -> EventLoopFuture<Connection> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                try channel.pipeline.syncOperations.addHandler(ResponseBytes())
                return try Connection(wrappingChannelSynchronously: channel)
            }
        }
        let channel =
            if let path {
                try await bootstrap.bind(
                    unixDomainSocketPath: path, cleanupExistingSocketFile: true, childChannelInitializer: prepare)
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: port, childChannelInitializer: prepare)
            }
        let port = channel.channel.localAddress?.port ?? 0
        let handler = handler
        let task = Task<Void, Never> { try? await StandInServer.accept(channel, handler) }
        running.withLock { $0 = (task, port) }
    }

    /// Ends all connections, and waits until the port is free.
    func stop() async {
        let task = running.withLock { $0?.task }
        task?.cancel()
        await task?.value
    }

    private static func accept(
        _ channel: NIOAsyncChannel<Connection, Never>, _ handler: @escaping Handler
    ) async throws {
        try await channel.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask { try? await StandInServer.serve(connection, handler) }
                }
            }
        }
    }

    private static func serve(_ connection: Connection, _ handler: @escaping Handler) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let newHead):
                    (head, body) = (newHead, ByteBuffer())
                case .body(let bytes):
                    body.writeImmutableBuffer(bytes)
                case .end:
                    guard let head else { return }
                    let answer = try await handler(request(head, body))
                    try await send(answer, outbound)
                }
            }
        }
    }

    private static func send(
        _ answer: Answer, _ outbound: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>
    ) async throws {
        var headers = HTTPHeaders(answer.headers)
        if answer.stream == nil, answer.status != 204 {
            headers.replaceOrAdd(name: "Content-Length", value: "\(answer.body.count)")
        } else if answer.stream != nil {
            headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
        }
        let status = HTTPResponseStatus(statusCode: answer.status)
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
        if let stream = answer.stream {
            try await stream { text in try await outbound.write(.body(ByteBuffer(string: text))) }
        } else if !answer.body.isEmpty {
            try await outbound.write(.body(ByteBuffer(bytes: answer.body)))
        }
        try await outbound.write(.end(nil))
    }

    private static func request(_ head: HTTPRequestHead, _ body: ByteBuffer) -> Request {
        let halves = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = halves.count > 1 ? halves[1].split(separator: "&") : []
        var headers: [String: String] = [:]
        for (name, value) in head.headers { headers[name.lowercased()] = value }
        return Request(
            method: head.method.rawValue,
            parts: halves[0].split(separator: "/").map(decoded),
            query: query.map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
            },
            headers: headers, body: String(buffer: body))
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Lets bodies be written as plain buffers.
private final class ResponseBytes: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let bytes): context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: promise)
        case .end(let trailers): context.write(wrapOutboundOut(.end(trailers)), promise: promise)
        }
    }
}
