// SPDX-License-Identifier: Apache-2.0
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression
internal import NIOPosix
internal import SkeinCore
internal import SkeinTransport
internal import Synchronization

/// Speaks HTTP with the servers of one registry. Its connections are opened when they are needed, and again after
/// `close`. May be used from any thread.
final class RegistryHTTP: Sendable {
    /// How a connection is secured, read anew whenever connections are made anew: files of certificates are replaced.
    typealias Security = @Sendable () throws -> TLSConfiguration

    private struct Client: Sendable {
        var http: HTTPClient
        /// What the server is asked for; its certificate has to be for it.
        var host: String
    }

    /// Bodies larger than this are an error: 5,000 instances are some 5 MB.
    static let maxBody = 64 << 20
    static let connectTimeout: Duration = .seconds(5)
    /// How long a body may say nothing: its other end may be gone without a word.
    static let silence: Duration = .seconds(3600)

    private let security: Security?
    private let clients = Mutex<[RegistryTarget.Node: Client]>([:])

    /// `nil`: plaintext.
    init(_ security: Security?) { self.security = security }

    convenience init(_ tls: RegistryTLS?) {
        self.init(tls.map { tls in { @Sendable in tls.configuration } })
    }

    deinit {
        for client in clients.withLock({ $0.values }) { client.http.shutdown { _ in } }
    }

    /// What `node` answers, whatever its status, the whole within `limit`.
    nonisolated(nonsending) func ask(
        _ node: RegistryTarget.Node, _ request: RegistryRequest, within limit: Duration
    ) async throws -> RegistryAnswer {
        // The client's own limit ends with the head of the answer.
        try await ContinuousClock().limit(limit, "\(request.label) at \(node)") {
            try await self.exchange(node, request, within: limit) { response in
                try await self.answer(response, request, node)
            }
        }
    }

    /// Hands the lines of the body to `take` as they arrive, until it ends; none at first, which says that they will
    /// come. An answer that is no success has no lines: it is returned. `limit` is for the answer to begin.
    nonisolated(nonsending) func lines(
        _ node: RegistryTarget.Node, _ request: RegistryRequest, within limit: Duration,
        _ take: ([String]) throws -> Void
    ) async throws -> RegistryAnswer {
        try await exchange(node, request, within: limit) { response in
            guard (200...299).contains(response.status.code) else {
                return try await self.answer(response, request, node)
            }
            try take([])
            var lines = TextLines(limit: RegistryHTTP.maxBody)
            for try await buffer in response.body {
                let complete = try lines.take(buffer.readableBytesView)
                if !complete.isEmpty { try take(complete) }
            }
            return RegistryAnswer(
                status: Int(response.status.code), headers: [:], body: "", label: "\(request.label) at \(node)")
        }
    }

    /// Ends the connections.
    nonisolated(nonsending) func close() async {
        let closed = clients.withLock { clients in
            defer { clients = [:] }
            return clients.values
        }
        for client in closed { try? await client.http.shutdown() }
    }

    private nonisolated(nonsending) func exchange(
        _ node: RegistryTarget.Node, _ request: RegistryRequest, within limit: Duration,
        _ body: (HTTPClientResponse) async throws -> RegistryAnswer
    ) async throws -> RegistryAnswer {
        do {
            let client = try client(for: node)
            var message = HTTPClientRequest(url: url(of: node, at: client.host) + request.target)
            message.method = HTTPMethod(rawValue: request.method)
            // Without one a request is not valid; what it says is of no matter on a socket.
            if node.isUnixSocket { message.headers.add(name: "Host", value: "localhost") }
            for (name, value) in request.headers { message.headers.add(name: name, value: value) }
            if let json = request.body {
                message.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
                message.body = .bytes(ByteBuffer(string: json.description))
            }
            return try await body(try await client.http.execute(message, timeout: TimeAmount(limit)))
        } catch let error as RPCError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw RPCError(.unavailable, "\(request.label) at \(node): \(RegistryHTTP.text(of: error))", cause: error)
        }
    }

    private func url(of node: RegistryTarget.Node, at host: String) -> String {
        if node.isUnixSocket { return "http+unix://\(RegistryRequest.encoded(node.host))" }
        return "\(security == nil ? "http" : "https")://\(RegistryTarget.Node(host: host, port: node.port))"
    }

    private nonisolated(nonsending) func answer(
        _ response: HTTPClientResponse, _ request: RegistryRequest, _ node: RegistryTarget.Node
    ) async throws -> RegistryAnswer {
        let body = try await response.body.collect(upTo: RegistryHTTP.maxBody)
        var headers: [String: String] = [:]
        for (name, value) in response.headers { headers[name.lowercased()] = value }
        return RegistryAnswer(
            status: Int(response.status.code), headers: headers,
            body: String(decoding: body.readableBytesView, as: UTF8.self), label: "\(request.label) at \(node)")
    }

    /// The client for one server, and the host to ask it for: a certificate may be for another name.
    private func client(for node: RegistryTarget.Node) throws -> Client {
        if let client = clients.withLock({ $0[node] }) { return client }
        let security = try security?()
        let settings = try security?.clientSettings()
        let host = security?.serverName ?? node.host
        return clients.withLock { clients in
            if let client = clients[node] { return client }
            var configuration = HTTPClient.Configuration(
                redirectConfiguration: .disallow, decompression: .enabled(limit: .size(RegistryHTTP.maxBody)))
            configuration.timeout.connect = TimeAmount(RegistryHTTP.connectTimeout)
            configuration.timeout.read = TimeAmount(RegistryHTTP.silence)
            configuration.httpVersion = .http1Only
            // Each service that is watched occupies a connection.
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
            // When to try again is decided once for all registries.
            configuration.connectionPool.retryConnectionEstablishment = false
            if let settings {
                configuration.tlsConfiguration = settings
                if host != node.host { configuration.dnsOverride = [host: node.host] }
            }
            let client = Client(
                http: HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration), host: host)
            clients[node] = client
            return client
        }
    }

    private static func text(of error: any Error) -> String {
        if let error = error as? HTTPClientError {
            if error == .deadlineExceeded { return "no answer in time" }
            if error == .connectTimeout { return "no connection within \(connectTimeout)" }
            if error == .remoteConnectionClosed { return "the connection was closed" }
        }
        return switch error {
        case is NIOTooManyBytesError: "expected at most \(maxBody) bytes"
        case let error as NIOConnectionError:
            "connect: \(error.connectionErrors.first.map { "\($0.error)" } ?? "\(error)")"
        default: "\(error)"
        }
    }
}
