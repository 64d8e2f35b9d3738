// SPDX-License-Identifier: Apache-2.0
import Skein
import Synchronization

/// What `peers/echo_server.py` does, on our server. What a request asks for is described there.
final class EchoService: Skein_Testing_Echo.Service {
    /// One element when a client asks for a graceful shutdown.
    let shutdownRequests: AsyncStream<Void>
    private let requestShutdown: AsyncStream<Void>.Continuation
    private let cancellations = Atomic(0)

    init() {
        (shutdownRequests, requestShutdown) = AsyncStream.makeStream()
    }

    func get(_ request: Skein_Testing_EchoRequest, context: ServerContext) async throws -> Skein_Testing_EchoReply {
        try await observing(context) {
            try await obey(request)
            return reply(to: request, text: answer(request, context))
        }
    }

    func expand(
        _ request: Skein_Testing_EchoRequest, to responses: ResponseWriter<Skein_Testing_EchoReply>,
        context: ServerContext
    ) async throws {
        try await observing(context) {
            for index in 0..<request.count {
                try await delay(request)
                try await responses.write(reply(to: request, text: "\(request.text) \(index)"))
            }
            try fail(request)
        }
    }

    func collect(
        _ requests: RequestStream<Skein_Testing_EchoRequest>, context: ServerContext
    ) async throws -> Skein_Testing_EchoReply {
        try await observing(context) {
            var texts: [String] = []
            for try await request in requests {
                try await obey(request)
                texts.append(request.text)
            }
            return Skein_Testing_EchoReply(text: texts.joined(separator: " "), server: "skein")
        }
    }

    func update(
        _ requests: RequestStream<Skein_Testing_EchoRequest>, to responses: ResponseWriter<Skein_Testing_EchoReply>,
        context: ServerContext
    ) async throws {
        try await observing(context) {
            for try await request in requests {
                try await obey(request)
                try await responses.write(reply(to: request, text: request.text))
            }
        }
    }

    /// Sends the metadata of the call back and counts its cancellation.
    private func observing<Value>(_ context: ServerContext, _ handle: () async throws -> Value) async throws -> Value {
        for element in context.metadata where element.name.hasPrefix("x-echo-") {
            context.initialMetadata.append(element.name, element.value)
            context.trailingMetadata.append(element.name, element.value)
        }
        if let name = context.metadata["x-answer-with"] { context.compressResponses(with: .init(name: name)) }
        if !context.initialMetadata.isEmpty { context.sendInitialMetadata() }
        do {
            return try await handle()
        } catch {
            if context.isCancelled { cancellations.add(1, ordering: .relaxed) }
            throw error
        }
    }

    private func answer(_ request: Skein_Testing_EchoRequest, _ context: ServerContext) -> String {
        switch request.text {
        case "cancellations": return "\(cancellations.load(ordering: .relaxed))"
        case "deadline": return context.deadline.map { "\(Int($0.remaining / .milliseconds(1)))" } ?? "none"
        case "peer": return context.peer.description
        case "shut down": requestShutdown.yield()
        default: break
        }
        return request.text
    }

    private func obey(_ request: Skein_Testing_EchoRequest) async throws {
        try await delay(request)
        try fail(request)
    }

    private func delay(_ request: Skein_Testing_EchoRequest) async throws {
        if request.delayMs > 0 { try await Task.sleep(for: .milliseconds(request.delayMs)) }
    }

    private func fail(_ request: Skein_Testing_EchoRequest) throws {
        guard request.failCode != 0 else { return }
        let detail = Google_Rpc_ErrorInfo(
            reason: "ASKED_FOR", domain: "skein.testing", metadata: ["text": request.text])
        let code = StatusCode(rawValue: UInt8(clamping: request.failCode)) ?? .unknown
        throw RPCError(code, request.failMessage, details: [detail])
    }

    private func reply(to request: Skein_Testing_EchoRequest, text: String) -> Skein_Testing_EchoReply {
        let payload = request.replyBytes > 0 ? Array(repeating: 0, count: Int(request.replyBytes)) : request.payload
        return Skein_Testing_EchoReply(text: text, payload: payload, server: "skein")
    }
}
