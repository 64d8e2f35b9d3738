// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// One call on the server: starts its handler, and turns what the handler returns into the response.
///
/// The stream tells it what arrives, on the loop; the handler's task touches only what does not change any more.
final class ServerCall: ServerStreamSink, @unchecked Sendable {  // owned by the connection's loop
    let method: RegisteredMethod
    let context: ServerContext
    let stream: ServerStream
    let launcher: HandlerLauncher
    private var request: ReceivedMessage?
    private var task: Task<Void, Never>?
    /// How the client is told how loaded the server is.
    private let reports: LoadMeter.Forms
    private var arrival = LoadMeter.Arrival(time: 0, inFlight: 0)
    private var activity: LoadMeter.Stream?

    init(
        _ method: RegisteredMethod, _ context: ServerContext, _ stream: ServerStream, _ launcher: HandlerLauncher,
        reports: LoadMeter.Forms
    ) {
        self.reports = reports
        self.method = method
        self.context = context
        self.stream = stream
        self.launcher = launcher
    }

    var kind: CallKind { method.descriptor.kind }
    func takeHead() -> ServerContext.Head { context.takeHead() }

    // MARK: what arrives

    func received(message: ReceivedMessage) {
        request = message
        if let activity { activity.carries(at: LoopClock.now) }
    }

    var countsAsUse: Bool { method.countsAsUse }

    func sends() {
        if let activity { activity.carries(at: LoopClock.now) }
    }

    func move() { context.move() }

    func cancelled(_ reason: CancellationReason) { context.cancel(reason) }

    func stop() {
        task?.cancel()
        task = nil
    }

    // MARK: the handler

    func startHandler() {
        if let meter = launcher.meter, method.isMeasured {
            if kind == .unary {
                arrival = meter.arrived(at: LoopClock.now)
            } else {
                activity = meter.streamArrived(at: LoopClock.now)
            }
        }
        task = launcher.launch(self)
    }

    func runElsewhere(_ work: @escaping @Sendable () -> Void) { launcher.runOnPool(work) }

    /// What the launcher's task runs. Unary calls, which are most, have a short frame of their own.
    func run() async {
        guard launcher.interceptors.isEmpty else { return await runIntercepted() }
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
            let message = try await ServerContext.$current.withValue(context) { try await callHandler(nil) }
            if let message { respond(message) } else { respond(.ok) }
        } catch {
            respond(error)
        }
    }

    /// The handler of any shape; the one response, if the method has one.
    func callHandler(_ hooks: MessageHooks?) async throws -> Buffer? {
        switch method.handler {
        case .unary(let handler):
            return try await handler(takeRequest(hooks), context)
        case .serverStreaming(let handler):
            try await handler(takeRequest(hooks), OutgoingMessages(pipes, context, hooks), context)
            return nil
        case .clientStreaming(let handler):
            return try await handler(IncomingMessages(pipes, hooks), context)
        case .bidirectional(let handler):
            try await handler(IncomingMessages(pipes, hooks), OutgoingMessages(pipes, context, hooks), context)
            return nil
        }
    }

    private var pipes: MessagePipes {
        get throws(RPCError) {
            guard let pipes = stream.pipes else { throw RPCError(.internal, "\(method.descriptor) has no streams") }
            return pipes
        }
    }

    /// The request, which is no longer kept here: a handler that runs for long does not hold on to its bytes.
    private func takeRequest(_ hooks: MessageHooks? = nil) throws(RPCError) -> Buffer {
        var message = try request.take()?.content() ?? Buffer()
        try hooks?.apply(toRequest: &message)
        return message
    }

    func respond(_ thrown: any Error) {
        let error = RPCError(thrown: thrown)
        respond(error.status, error.metadata)
    }

    func respond(_ message: consuming Buffer) {
        var leavings = context.handlerReturned()
        do throws(RPCError) {
            try OutgoingMessages.frame(&message, leavings.head.compressor)
            complete(message, .ok, &leavings)
        } catch {
            respond(error)
        }
    }

    func respond(_ status: Status, _ errorMetadata: Metadata = [:]) {
        var leavings = context.handlerReturned()
        leavings.trailing.append(contentsOf: errorMetadata)
        complete(nil, status, &leavings)
    }

    private func complete(_ message: consuming Buffer?, _ status: Status, _ leavings: inout ServerContext.Leavings) {
        var load: ServerLoad?
        if let meter = launcher.meter { load = tell(meter, status, &leavings) }
        if let report = leavings.load, report != LoadReport() {
            leavings.trailing.carry(LoadReportCodec.encode(report))
        }
        stream.complete(
            ServerCompletion(
                head: leavings.head, message: message, status: status, trailing: leavings.trailing, load: load))
    }

    /// Tells the meter of the end; what to tell the client.
    private func tell(
        _ meter: LoadMeter, _ status: Status, _ leavings: inout ServerContext.Leavings
    ) -> ServerLoad? {
        let now = LoopClock.now
        if let activity {
            activity.ended(status.code)
        } else if method.isMeasured {
            meter.completed(arrival, status.code, at: now)
        }
        if reports.contains(.metrics) {
            if let own = leavings.load {
                leavings.load = own.filled(from: meter.report)
            } else {
                leavings.trailing.carry(meter.encodedReport(at: now))
            }
        }
        guard reports.contains(.load) else { return nil }
        // Who asks for nothing else is told in any case.
        return countsAsUse ? meter.load(withAnswerAt: now) : meter.load(at: now)
    }
}

extension Metadata {
    /// Adds a load report, unless the handler has put one there itself.
    fileprivate mutating func carry(_ report: [UInt8]) {
        guard isEmpty || self[binary: LoadReportCodec.trailer] == nil else { return }
        append(LoadReportCodec.trailer, .binary(report))
    }
}
