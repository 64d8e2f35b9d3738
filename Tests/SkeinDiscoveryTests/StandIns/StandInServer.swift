// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOPosix
import SkeinCore
import Synchronization
import TestSupport

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

    private let handler: Handler
    /// Of a Unix socket; `nil`: a port of the loopback.
    private let path: String?
    private let listener = Mutex<(channel: any NIOCore.Channel, port: Int)?>(nil)
    private let connections = Connections()

    init(at path: String? = nil, _ handler: @escaping Handler) {
        self.path = path
        self.handler = handler
    }

    deinit {
        listener.withLock { $0?.channel.close(promise: nil) }
        _ = connections.close()
    }

    var port: Int { listener.withLock { $0?.port ?? 0 } }

    /// Listens, at the same port as before when there was one.
    func start() async throws {
        let (handler, connections) = (handler, connections)
        connections.open()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(StandInConnection(handler))
                    connections.add(channel)
                }
            }
        let channel =
            if let path {
                try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: port == 0 ? LocalPort.reserve() : port).get()
            }
        let port = channel.localAddress?.port ?? 0
        listener.withLock { $0 = (channel, port) }
    }

    /// Ends all connections, and waits until the port is free.
    func stop() async {
        try? await listener.withLock { $0?.channel }?.close().get()
        for connection in connections.close() { try? await connection.closeFuture.get() }
    }

    /// Those that are open.
    private final class Connections: Sendable {
        private let channels = Mutex<[ObjectIdentifier: any NIOCore.Channel]?>([:])

        func open() { channels.withLock { $0 = $0 ?? [:] } }

        func add(_ channel: any NIOCore.Channel) {
            let id = ObjectIdentifier(channel)
            let isOpen = channels.withLock { channels in
                channels?[id] = channel
                return channels != nil
            }
            channel.closeFuture.whenComplete { _ in self.channels.withLock { $0?[id] = nil } }
            if !isOpen { channel.close(promise: nil) }
        }

        /// Closes them, and those that come later.
        func close() -> [any NIOCore.Channel] {
            let closed = channels.withLock { channels in
                defer { channels = nil }
                return channels.map { Array($0.values) } ?? []
            }
            for channel in closed { channel.close(promise: nil) }
            return closed
        }
    }

    static func send(_ answer: Answer, on channel: any NIOCore.Channel) async throws {
        var headers = HTTPHeaders(answer.headers)
        if answer.stream == nil, answer.status != 204 {
            headers.replaceOrAdd(name: "Content-Length", value: "\(answer.body.count)")
        } else if answer.stream != nil {
            headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
        }
        let status = HTTPResponseStatus(statusCode: answer.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        try await channel.writeAndFlush(HTTPServerResponsePart.head(head)).get()
        if let stream = answer.stream {
            try await stream { text in
                let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: text)))
                try await channel.writeAndFlush(part).get()
            }
        } else if !answer.body.isEmpty {
            let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: answer.body)))
            try await channel.writeAndFlush(part).get()
        }
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
    }

    static func request(_ head: HTTPRequestHead, _ body: ByteBuffer) -> Request {
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
