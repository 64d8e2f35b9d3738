// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
package import SkeinCore
package import SkeinHTTP2

/// What a server connection asks its server. On the connection's loop.
package protocol ServerConnectionDelegate: AnyObject, Sendable {
    /// The call for a well-formed request head. An error is sent as the call's status.
    func accept(_ stream: ServerStream, on connection: ServerConnection) -> Result<any ServerStreamSink, RPCError>
    /// Exactly once, and last.
    func connectionClosed(_ connection: ServerConnection)
}

/// The server's end of a connection: opens a call for every request, sends what its handler answers, watches deadlines,
/// drains.
package final class ServerConnection: Connection, @unchecked Sendable {
    /// With its TLS session, if any, before the first call.
    package final var peer: Peer
    /// When the client's SETTINGS must have come, TLS handshake included.
    let handshakeDeadline: NIODeadline
    private let limits: StreamLimits
    private let maxMessageBytes: Int
    /// Handlers that have started and not returned, though their calls may be over: what a client can make run at once.
    private var runningHandlers = 0
    private let maxRunningHandlers: Int
    /// Whether the peer is told the server's load; `nil` until that is asked.
    package final var mayHearLoad: Bool?
    /// Open streams that do not keep the connection from being idle.
    private var unusedStreams = 0
    private weak var delegate: (any ServerConnectionDelegate)?
    private lazy var deadlines = DeadlineTimer<ServerStream>(on: timers) { [unowned self] in deadlinePassed($0) }
    private var drainMachine = DrainMachine()
    /// What the client is told.
    private var drainReason = ""
    let lifeLimits: ServerConnectionLimits
    /// Shared by the connections of a server.
    let budget: BufferBudget
    /// Of what the connection holds: the bytes that neither the session's windows nor its queues show.
    var unfinishedBytes = 0
    /// What the budget knows.
    var reportedBytes = 0
    /// Calls that could start, but for the room that their responses need.
    var waitingCalls = CircularBuffer<ServerStream>()
    /// Calls whose request is to be decompressed first.
    var toInflate = CircularBuffer<(ServerStream, ReceivedMessage)>()
    var isInflating = false
    private var strikes: PingStrikes
    private var age: ConnectionAge
    private lazy var ageTimer = CheckTimer(on: timers) { [unowned self] in checkAge(at: $0) }
    private var handshakeTimer: LoopTimer?
    /// Ends the connection when the header block with this number is not complete in time.
    private var headersTimer: (block: Int, timer: LoopTimer)?
    private var answered = AnsweredStreams()
    private lazy var answeredTimer = CheckTimer(on: timers) { [unowned self] in endAnswered(at: $0) }
    private var isShuttingDown = false

    package init(
        from peer: Peer, on timers: LoopTimers, configuration: HTTP2Configuration,
        limits lifeLimits: ServerConnectionLimits = .init(), budget: BufferBudget? = nil,
        delegate: any ServerConnectionDelegate
    ) throws(HTTP2Error) {
        self.budget = budget ?? BufferBudget(limit: .max)
        self.lifeLimits = lifeLimits
        strikes = PingStrikes(
            minimumInterval: lifeLimits.minimumPingInterval, permitsWithoutCalls: lifeLimits.permitsPingsWithoutCalls)
        age = ConnectionAge(lifeLimits.age, now: .now, chance: .random(in: 0...1))
        self.peer = peer
        handshakeDeadline = .now() + TimeAmount(lifeLimits.handshakeTimeout)
        self.delegate = delegate
        limits = StreamLimits(
            streamWindow: configuration.initialStreamWindow, sendHighWater: configuration.sendHighWater)
        maxMessageBytes = configuration.maxMessageBytes
        maxRunningHandlers = configuration.maxConcurrentStreams
        let session = try HTTP2Session(role: .server, configuration: configuration) { ServerStream() }
        super.init(on: timers, session: session, compressors: configuration.compressors)
    }

    // MARK: life of the connection

    override func didConnect() {
        handshakeTimer = timers.schedule(at: handshakeDeadline) { [weak self] in self?.close() }
    }

    private func becameReady() {
        guard let handshakeTimer else { return }
        handshakeTimer.cancel()
        self.handshakeTimer = nil
        watch(lifeLimits.keepalive) { [unowned self] in closeAtOnce() }
        ageTimer.checkNow()
    }

    private func checkAge(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        switch age.check(at: now) {
        case .wait(let instant): return instant
        case .rest: return nil
        case .drain(let reason, let checkAgain):
            drainReason = reason
            burst { drain(.begin) }
            return checkAgain
        case .cancelCalls:
            burst { drain(.deadline) }
            return nil
        }
    }

    private func receivedPing() {
        guard strikes.received(at: .now, liveStreams: session.liveStreamCount) else { return }
        session.goAway(lastStreamID: nil, code: .enhanceYourCalm, debugData: "too_many_pings")
        closeWhenFlushed()
    }

    /// After each burst: a header block that has begun is to be complete soon.
    private func watchHeaders() {
        if let headersTimer {
            if session.isHeaderBlockOpen, headersTimer.block == session.headerBlocks { return }
            headersTimer.timer.cancel()
            self.headersTimer = nil
        }
        guard session.isHeaderBlockOpen else { return }
        let timer = timers.schedule(in: TimeAmount(lifeLimits.headersTimeout)) { [weak self] in
            guard let self else { return }
            session.goAway(code: .enhanceYourCalm, debugData: "slow_headers")
            closeWhenFlushed()
        }
        headersTimer = (session.headerBlocks, timer)
    }

    /// With calls only when the client broke the rules: it is not waited for with what they hold.
    override func finish() {
        if session.liveStreamCount > 0 { closeAtOnce() } else { close() }
    }

    override func didDisconnect() {
        handshakeTimer?.cancel()
        headersTimer?.timer.cancel()
        deadlines.stop()
        waitingCalls.removeAll()
        toInflate.removeAll()
        forgetBuffers()
        ageTimer.stop()
        answeredTimer.stop()
        answered = AnsweredStreams()  // which would hold streams that hold this connection
        drain(.connectionLost)
        delegate?.connectionClosed(self)
        delegate = nil
    }

    // MARK: requests

    override func handle(_ event: SessionEvent) {
        switch event {
        case .head(let stream, let endStream): received(headOf: ServerConnection.cast(stream), endStream: endStream)
        case .data(let stream): receiveData(ServerConnection.cast(stream))
        case .endStream(let stream):
            let stream = ServerConnection.cast(stream)
            apply(stream.machine.endStream(isTruncated: stream.hasPartialMessage), to: stream)
        case .answeredEarly(let stream): answeredEarly(ServerConnection.cast(stream))
        case .drained(let stream): noteSentBytes(of: ServerConnection.cast(stream))
        case .closed(let stream, _): closed(ServerConnection.cast(stream))
        case .pingAcknowledged(let opaque): if opaque == Connection.drainPing { drain(.pingAcknowledged) }
        case .remoteSettings: becameReady()
        case .ping: receivedPing()
        case .goAway, .trailers: break
        }
    }

    /// Every stream of a server session was made by its factory.
    private static func cast(_ stream: HTTP2Stream) -> ServerStream { unsafeDowncast(stream, to: ServerStream.self) }

    private func received(headOf stream: ServerStream, endStream: Bool) {
        stream.connection = self
        if let rejection = stream.rejection(compressors) { return reject(stream, rejection) }
        guard let delegate, runningHandlers < maxRunningHandlers else { return session.reset(stream, .refusedStream) }
        if case .some(let timeout) = stream.requestTimeout { stream.deadline = .after(timeout) }
        switch delegate.accept(stream, on: self) {
        case .failure(let error): reject(stream, Rejection(error.code, error.message))
        case .success(let sink):
            if case .reject(let rejection) = stream.machine.head(kind: sink.kind, endStream: endStream) {
                return reject(stream, rejection)
            }
            open(stream, sink, endStream: endStream)
        }
    }

    private func reject(_ stream: ServerStream, _ rejection: Rejection) {
        stream.hasAnswered = true
        session.reject(stream, rejection)
    }

    private func open(_ stream: ServerStream, _ sink: any ServerStreamSink, endStream: Bool) {
        stream.sink = sink
        if !sink.countsAsUse {
            stream.isUnused = true
            unusedStreams += 1
        }
        if let encoding = stream.requestEncoding {
            stream.setCompression(compressors.find(encoding), limit: stream.maxMessageBytes ?? maxMessageBytes)
        }
        if sink.kind != .unary {
            stream.pipes = MessagePipes(limits, readsMessages: !sink.kind.hasSingleRequest)
            stream.pipes?.attach(stream)
            watchAge(of: stream)
        }
        if stream.deadline != nil { deadlines.insert(stream) }
        if !sink.kind.hasSingleRequest { startOrWait(stream, sink) }
        if endStream { endOfRequests(stream) }
    }

    private func receiveData(_ stream: ServerStream) {
        guard stream.sink != nil else {
            stream.deframer.discard()
            return discardUnread(of: stream)
        }
        do throws(RPCError) {
            let credit = try stream.receiveMessages { message in
                guard case .message = apply(stream.machine.message(), to: stream), let sink = stream.sink else {
                    return
                }
                if sink.kind.hasSingleRequest, message.compression != nil {
                    stream.compressedRequest = message
                } else {
                    sink.received(message: message)
                }
            }
            if credit > 0 { session.consumed(stream, credit) }
            noteUnfinished(stream)
        } catch {
            apply(stream.machine.failed(error.status), to: stream)
        }
    }

    @discardableResult
    private func apply(_ output: ServerStreamMachine.Output, to stream: ServerStream) -> ServerStreamMachine.Output {
        switch output {
        case .none, .message, .accept, .reject: break
        case .endOfRequests: endOfRequests(stream)
        case .violation(let status): abandon(stream, .client, RPCError(status, origin: .local))
        }
        return output
    }

    private func endOfRequests(_ stream: ServerStream) {
        _ = stream.pipes?.finishInbound(nil, discarding: false)
        guard let sink = stream.sink, sink.kind.hasSingleRequest else { return }
        if let request = stream.compressedRequest.take() { return inflate(request, of: stream) }
        startOrWait(stream, sink)
    }

    override func didReturnPartial(of stream: CallStream) {
        noteUnfinished(unsafeDowncast(stream, to: ServerStream.self))
    }

    /// Starts the handler, or refuses the call when the client makes too many run.
    func startHandler(of stream: ServerStream, _ sink: any ServerStreamSink) {
        guard runningHandlers < maxRunningHandlers else { return session.reset(stream, .refusedStream) }
        runningHandlers += 1
        setUnfinished(0, of: stream)
        sink.startHandler()
    }

    // MARK: responses

    override func perform(complete stream: ServerStream) {
        runningHandlers -= 1
        guard let completion = stream.completion.take(), !stream.hasAnswered, !stream.isClosed else { return }
        send(completion, on: stream)
        stream.hasAnswered = true
        release(stream, RPCError(.failedPrecondition, "use a call whose handler has returned"))
    }

    private func send(_ completion: ServerCompletion, on stream: ServerStream) {
        strikes.sentFrames()
        let trailers = OutgoingTrailers(
            status: completion.status, metadata: completion.trailing, load: completion.load)
        let messages = stream.pipes?.takeOutbound().messages ?? []
        let isTrailersOnly =
            !stream.hasSentHead && completion.status.code != .ok && messages.isEmpty
            && completion.head.metadata.isEmpty
        if isTrailersOnly { return session.respondTrailersOnly(stream, trailers) }
        sendHead(stream, completion.head)
        for message in messages { session.send(stream, message) }
        if let message = completion.message { session.send(stream, message) }
        session.finish(stream, trailers)
    }

    override func perform(sendHeadOf stream: ServerStream) { _ = prepareToSend(stream) }

    override func prepareToSend(_ stream: CallStream) -> Bool {
        let stream = unsafeDowncast(stream, to: ServerStream.self)
        guard let sink = stream.sink, !stream.hasAnswered, !stream.isClosed else { return false }
        strikes.sentFrames()
        sink.sends()
        if !stream.hasSentHead { sendHead(stream, sink.takeHead()) }
        return true
    }

    private func sendHead(_ stream: ServerStream, _ head: ServerContext.Head) {
        guard !stream.hasSentHead else { return }
        stream.hasSentHead = true
        session.respond(
            stream,
            OutgoingResponse(
                metadata: head.metadata, encoding: head.compressor?.name, acceptEncoding: compressors.acceptEncoding))
    }

    private func answeredEarly(_ stream: ServerStream) {
        let isFirst = answered.isEmpty
        answered.add(stream, at: .now)
        if isFirst { answeredTimer.set(answered.next) }
    }

    private func endAnswered(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        burst {
            for stream in answered.due(at: now) { session.endEarly(stream) }
        }
        return answered.next
    }

    // MARK: ends that are not the handler's

    /// Answers with `error` in place of what the handler would still send, and cancels the handler.
    func abandon(_ stream: ServerStream, _ reason: CancellationReason, _ error: RPCError) {
        if !stream.hasAnswered, !stream.isClosed {
            stream.hasAnswered = true
            session.finishNow(stream, OutgoingTrailers(status: error.status, metadata: error.metadata))
        }
        cancelHandler(of: stream, reason)
    }

    private func deadlinePassed(_ stream: ServerStream) {
        burst { abandon(stream, .deadline, .deadlineExceeded(stream.path)) }
    }

    override func perform(cancel stream: CallStream, _ error: RPCError) {
        abandon(unsafeDowncast(stream, to: ServerStream.self), .client, error)
    }

    private func closed(_ stream: ServerStream) {
        if stream.isUnused { unusedStreams -= 1 }
        discardUnread(of: stream)
        if !stream.hasAnswered {
            stream.hasAnswered = true
            cancelHandler(of: stream, isShuttingDown ? .shutdown : isDisconnected ? .connectionLost : .client)
        }
    }

    private func cancelHandler(of stream: ServerStream, _ reason: CancellationReason) {
        guard let sink = stream.sink else { return }
        // In this order: a handler that hears of the end can ask for the reason.
        sink.cancelled(reason)
        release(stream, RPCError(reason.code, "use call \(stream.path): \(reason)"))
        sink.stop()
    }

    /// The call is over for the connection: reads and writes fail with `error`, and nothing refers to the handler.
    private func release(_ stream: ServerStream, _ makeError: @autoclosure () -> RPCError) {
        if stream.deadline != nil { deadlines.remove(stream) }
        stream.sink = nil
        stream.ageTimer?.cancel()
        stream.compressedRequest = nil
        stream.deframer.discard()
        setUnfinished(0, of: stream)
        guard let pipes = stream.pipes else { return }
        let error = makeError()
        pipes.failOutbound(error)
        let unread = pipes.finishInbound(error, discarding: true)
        if unread > 0 { session.consumed(stream, unread) }
        pipes.attach(nil)
    }

    // MARK: draining

    /// Lets the calls that run finish, and closes. From any thread.
    package func beginDraining() {
        post(
            .run { [self] in
                // The answers that are there go first, as they could not before a GOAWAY of the same burst.
                flushNow()
                drain(.begin)
            })
    }

    /// Cancels the calls that still run, and closes. From any thread.
    package func endDraining() {
        post(
            .run { [self] in
                isShuttingDown = true
                drain(drainMachine.isDraining ? .deadline : .begin)
                drain(.deadline)
            })
    }

    override func didEndBurst() {
        watchHeaders()
        boundBuffers()
        startWaiting()
        if drainMachine.isDraining { drain(.liveStreams(session.liveStreamCount)) }
        if lifeLimits.age.idle != nil, age.liveStreams(session.liveStreamCount - unusedStreams, at: .now) {
            ageTimer.checkNow()
        }
    }

    private func drain(_ event: DrainMachine.Event) {
        // A call may have started since the last burst ended.
        let commands = drainMachine.handle(.liveStreams(session.liveStreamCount)) + drainMachine.handle(event)
        for command in commands { perform(command) }
    }

    /// Its time is over: a call that waits for its answer is told so, one that does not take its answer is reset.
    private func endCall(_ stream: ServerStream) {
        guard stream.sink != nil else { return session.reset(stream, .cancel) }
        abandon(stream, .shutdown, RPCError(.unavailable, "call \(stream.path): the server closes the connection"))
    }

    private func perform(_ command: DrainMachine.Command) {
        switch command {
        case .goAwayNotice:
            session.goAway(lastStreamID: .max, code: .noError)
            session.forEachLiveStream { ServerConnection.cast($0).sink?.move() }
        case .ping: session.ping(Connection.drainPing)
        case .startAcknowledgementTimer(let delay):
            timers.schedule(in: TimeAmount(delay)) { [weak self] in
                guard let self else { return }
                burst { self.drain(.acknowledgementTimeout) }
            }
        case .goAway: session.goAway(code: .noError, debugData: drainReason)
        case .cancelStreams: session.forEachLiveStream { endCall(ServerConnection.cast($0)) }
        case .close: closeWhenFlushed()
        }
        setNeedsFlush()
    }
}

extension RPCError {
    static func deadlineExceeded(_ path: String) -> RPCError {
        RPCError(.deadlineExceeded, "call \(path): the deadline passed")
    }
}
