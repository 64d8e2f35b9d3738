// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// One call on the server: starts its handler, and turns what the handler returns into the response.
///
/// The stream tells it what arrives, on the loop; the handler's task touches only what does not change any more.
final class ServerCall: ServerStreamSink, @unchecked Sendable {  // owned by the connection's loop
    let method: RegisteredMethod
    private let context: ServerContext
    private let stream: ServerStream
    private let launcher: HandlerLauncher
    private var request: ReceivedMessage?
    private var task: Task<Void, Never>?

    init(_ method: RegisteredMethod, _ context: ServerContext, _ stream: ServerStream, _ launcher: HandlerLauncher) {
        self.method = method
        self.context = context
        self.stream = stream
        self.launcher = launcher
    }

    var kind: CallKind { method.descriptor.kind }
    func takeHead() -> ServerContext.Head { context.takeHead() }

    // MARK: what arrives

    func received(message: ReceivedMessage) { request = message }

    func cancelled(_ reason: CancellationReason) { context.cancel(reason) }

    func stop() {
        task?.cancel()
        task = nil
    }

    // MARK: the handler

    func startHandler() { task = launcher.launch(self) }

    /// What the launcher's task runs. Unary calls, which are most, have a short frame of their own.
    func run() async {
        guard case .unary(let handler) = method.handler else { return await runStreaming() }
        do {
            let message = try await ServerContext.$current.withValue(context) {
                try await handler(takeRequest(), context)
            }
            respond(message)
        } catch {
            respond(error)
        }
    }

    private func runStreaming() async {
        do {
            let message = try await ServerContext.$current.withValue(context) { try await callStreamingHandler() }
            if let message { respond(message) } else { respond(.ok) }
        } catch {
            respond(error)
        }
    }

    private func callStreamingHandler() async throws -> Buffer? {
        guard let pipes = stream.pipes else { throw RPCError(.internal, "\(method.descriptor) has no streams") }
        let (incoming, outgoing) = (IncomingMessages(pipes), OutgoingMessages(pipes, context))
        switch method.handler {
        case .unary: return nil
        case .serverStreaming(let handler):
            try await handler(takeRequest(), outgoing, context)
            return nil
        case .clientStreaming(let handler):
            return try await handler(incoming, context)
        case .bidirectional(let handler):
            try await handler(incoming, outgoing, context)
            return nil
        }
    }

    /// The request, which is no longer kept here: a handler that runs for long does not hold on to its bytes.
    private func takeRequest() throws(RPCError) -> Buffer {
        try request.take()?.content() ?? Buffer()
    }

    private func respond(_ thrown: any Error) {
        let error = RPCError(thrownByHandler: thrown)
        respond(error.status, error.metadata)
    }

    private func respond(_ message: consuming Buffer) {
        let (head, trailing) = context.handlerReturned()
        do throws(RPCError) {
            try OutgoingMessages.frame(&message, head.compressor)
            stream.complete(ServerCompletion(head: head, message: message, status: .ok, trailing: trailing))
        } catch {
            respond(error)
        }
    }

    private func respond(_ status: Status, _ errorMetadata: Metadata = [:]) {
        let (head, returned) = context.handlerReturned()
        var trailing = returned
        trailing.append(contentsOf: errorMetadata)
        stream.complete(ServerCompletion(head: head, message: nil, status: status, trailing: trailing))
    }
}
