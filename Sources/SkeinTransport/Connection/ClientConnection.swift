// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import SkeinCore
package import SkeinHTTP2

/// What a client connection tells its subchannel. On the connection's loop.
package protocol ClientConnectionDelegate: AnyObject, Sendable {
    /// The server's SETTINGS have arrived: calls may start.
    func connectionBecameReady(_ connection: ClientConnection)
    /// The server takes keepalive for abuse: later connections wait for `interval` before they ask.
    func connectionPingedTooOften(_ connection: ClientConnection, _ interval: Duration)
    /// No new calls: the server sent GOAWAY, or we drain. Calls on it go on.
    func connectionIsDraining(_ connection: ClientConnection, _ reason: String)
    /// Exactly once, and last; all calls have ended. `error` is nil for a connection that had nothing left to do.
    func connectionClosed(_ connection: ClientConnection, _ error: RPCError?)
}

/// The client's end of a connection: starts attempts, tells their sinks what comes back, watches their deadlines.
package final class ClientConnection: Connection, @unchecked Sendable {
    private enum State {
        case handshaking
        case ready
        /// No new calls; closes when the last one has ended.
        case draining(String)
        case closing
    }

    package let address: EndpointAddress
    private let handshakeTimeout: TimeAmount
    let keepaliveSetting: ClientKeepalive
    private let maxMessageBytes: Int
    private weak var delegate: (any ClientConnectionDelegate)?
    private var handshakeTimer: LoopTimer?
    private var state = State.handshaking
    private var closeReason: RPCError?
    private var incarnations = IncarnationWatch()
    private lazy var deadlines = DeadlineTimer<ClientStream>(on: timers) { [unowned self] in deadlinePassed($0) }

    package init(
        to address: EndpointAddress, on timers: LoopTimers, configuration: HTTP2Configuration,
        handshakeTimeout: TimeAmount, keepalive: ClientKeepalive = .init(nil),
        delegate: any ClientConnectionDelegate
    ) throws(HTTP2Error) {
        keepaliveSetting = keepalive
        self.address = address
        self.delegate = delegate
        self.handshakeTimeout = handshakeTimeout
        maxMessageBytes = configuration.maxMessageBytes
        let session = try HTTP2Session(role: .client, configuration: configuration) { HTTP2Stream() }
        super.init(on: timers, session: session, compressors: configuration.compressors)
    }

    // MARK: life of the connection

    override func didConnect() {
        handshakeTimer = timers.schedule(in: handshakeTimeout) { [weak self] in self?.handshakeTimedOut() }
    }

    /// There will be no transport.
    package func connectFailed(_ error: any Error) {
        closeReason = RPCError(.unavailable, "connect \(address): \(ConnectError.text(for: error))", cause: error)
        disconnected(error)
    }

    private func handshakeTimedOut() {
        guard case .handshaking = state else { return }
        let milliseconds = handshakeTimeout.nanoseconds / 1_000_000
        closeReason = RPCError(
            .unavailable, "connect \(address): no SETTINGS frame within \(milliseconds) ms; is it an HTTP/2 server?")
        close()
    }

    private func becameReady() {
        guard case .handshaking = state else { return }
        handshakeTimer?.cancel()
        state = .ready
        watch(keepaliveSetting.current) { [unowned self] in peerIsSilent() }
        delegate?.connectionBecameReady(self)
    }

    private func peerIsSilent() {
        closeReason = RPCError(.unavailable, "connection to \(address) lost: the server did not answer a PING in time")
        closeAtOnce()
    }

    /// Starts no new calls, and closes once those running have ended. From any thread.
    package func drain(_ reason: String) {
        post(.run { [self] in beginDraining(reason) })
    }

    /// Ends all calls with `error` and closes. From any thread.
    package func closeNow(_ error: RPCError) {
        post(
            .run { [self] in
                closeReason = closeReason ?? error
                close()
            })
    }

    private func beginDraining(_ reason: String) {
        switch state {
        case .handshaking, .ready: break
        case .draining, .closing: return
        }
        state = .draining(reason)
        delegate?.connectionIsDraining(self, reason)
    }

    override func didEndBurst() {
        guard case .draining = state, session.liveStreamCount == 0, session.pendingCount == 0 else { return }
        state = .closing
        session.goAway(lastStreamID: nil, code: .noError, debugData: "")
        closeWhenFlushed()
    }

    override func protocolFailed(_ error: HTTP2Error) {
        closeReason = RPCError(.unavailable, "read from \(address): \(error)")
        super.protocolFailed(error)
    }

    override func willDisconnect(_ error: (any Error)?) {
        guard closeReason == nil else { return }
        if case .closing = state { return }
        if let violation = session.violation {
            closeReason = RPCError(.unavailable, "read from \(address): \(violation)")
            return
        }
        let isConnecting = if case .handshaking = state { true } else { false }
        let attempt = isConnecting ? "connect \(address)" : "connection to \(address) lost"
        let cause = error.map { ConnectError.text(for: $0, isConnecting: isConnecting) }
        closeReason = RPCError(
            .unavailable, "\(attempt): \(cause ?? "the server closed the connection")", cause: error)
    }

    override func didDisconnect() {
        handshakeTimer?.cancel()
        deadlines.stop()
        state = .closing
        delegate?.connectionClosed(self, closeReason)
        delegate = nil
    }

    // MARK: calls

    override func perform(start stream: ClientStream) {
        if let error = stream.earlyEnd { return end(stream, with: error, fate: .unsent) }
        switch state {
        case .handshaking, .ready: break
        case .draining(let reason): return refuse(stream, reason)
        case .closing: return refuse(stream, "the connection closes")
        }
        guard session.canSubmit, !isDisconnected else {
            // First the subchannel must know: what is refused here is picked again at once.
            beginDraining("the connection takes no more calls")
            return refuse(stream, "the connection takes no more calls")
        }
        if let deadline = stream.deadline {
            let remaining = deadline.remaining
            guard remaining > .zero else {
                return end(stream, with: .deadlineExceeded(stream.method.path), fate: .unsent)
            }
            stream.request.timeout = remaining
            deadlines.insert(stream)
        }
        if !stream.isAside { keepalive?.streamStarts() }
        stream.isSubmitted = true
        let isWhole = stream.method.kind.hasSingleRequest
        session.submit(stream, stream.request, message: stream.message.take(), endStream: isWhole)
        if !isWhole { flushOutbound(of: stream) }
    }

    private func refuse(_ stream: ClientStream, _ reason: String) {
        let error = RPCError(.unavailable, "start \(stream.method) at \(address): \(reason)")
        end(stream, with: error, fate: .unsent)
    }

    /// A call that was not submitted, or went to another connection, has nothing to send here.
    override func prepareToSend(_ stream: CallStream) -> Bool {
        let stream = unsafeDowncast(stream, to: ClientStream.self)
        return stream.isSubmitted && stream.sink != nil
    }

    override func perform(cancel stream: CallStream, _ error: RPCError) {
        let stream = unsafeDowncast(stream, to: ClientStream.self)
        guard stream.sink != nil else { return }
        guard stream.isSubmitted else {
            stream.earlyEnd = error
            return
        }
        end(stream, with: error, fate: .processed)
        session.reset(stream, .cancel)
    }

    private func deadlinePassed(_ stream: ClientStream) {
        burst {
            end(stream, with: .deadlineExceeded(stream.method.path), fate: .processed)
            session.reset(stream, .cancel)
        }
    }

    // MARK: events

    override func handle(_ event: SessionEvent) {
        switch event {
        case .remoteSettings: becameReady()
        case .head(let stream, let endStream):
            let stream = ClientConnection.cast(stream)
            apply(
                stream.feedHead(to: &stream.machine, endStream: endStream, compressors: compressors), to: stream)
            if let encoding = stream.responseEncoding {
                stream.setCompression(compressors.find(encoding), limit: stream.maxMessageBytes ?? maxMessageBytes)
            }
        case .trailers(let stream):
            let stream = ClientConnection.cast(stream)
            apply(stream.feedTrailers(to: &stream.machine), to: stream)
        case .endStream(let stream):
            let stream = ClientConnection.cast(stream)
            apply(stream.machine.endStream(), to: stream)
        case .data(let stream): receiveData(ClientConnection.cast(stream))
        case .drained(let stream): noteSentBytes(of: ClientConnection.cast(stream))
        case .closed(let stream, let closure): closed(ClientConnection.cast(stream), closure)
        case .goAway(_, let code, let debugData): receivedGoAway(code, debugData)
        case .ping, .pingAcknowledged, .answeredEarly: break
        }
    }

    /// Every stream of a client session was made by `submit`.
    private static func cast(_ stream: HTTP2Stream) -> ClientStream { unsafeDowncast(stream, to: ClientStream.self) }

    private func receivedGoAway(_ code: HTTP2ErrorCode, _ debugData: [UInt8]) {
        let text = debugData.isEmpty ? "" : " (\(String(decoding: debugData.prefix(256), as: UTF8.self)))"
        if code == .enhanceYourCalm, debugData == Array("too_many_pings".utf8),
            let interval = keepaliveSetting.doubleInterval()
        {
            delegate?.connectionPingedTooOften(self, interval)
        }
        beginDraining("the server sent GOAWAY \(code)\(text)")
    }

    private func receiveData(_ stream: ClientStream) {
        guard stream.sink != nil else { return discardUnread(of: stream) }
        do throws(RPCError) {
            let credit = try stream.receiveMessages { message in
                if case .message = apply(stream.machine.message(), to: stream) {
                    stream.sink?.received(message: message)
                }
            }
            if credit > 0 { session.consumed(stream, credit) }
        } catch {
            apply(stream.machine.failed(error.status), to: stream)
        }
    }

    private func closed(_ stream: ClientStream, _ closure: StreamClosure) {
        discardUnread(of: stream)
        guard stream.sink != nil else { return }
        let hasPassed = stream.deadline?.hasPassed ?? false
        let output = stream.machine.closed(closure, deadlinePassed: hasPassed)
        guard case .connectionLost = closure.cause, let closeReason else {
            apply(output, to: stream, fate: closure.fate)
            return
        }
        end(stream, with: closeReason, fate: closure.fate)
    }

    @discardableResult
    private func apply(
        _ output: ClientStreamMachine.Output, to stream: ClientStream, fate: StreamClosure.Fate = .processed
    ) -> ClientStreamMachine.Output {
        switch output {
        case .none, .message: break
        case .metadata(let metadata): stream.sink?.received(metadata: metadata)
        case .ended(let status, let trailers, let origin):
            var end = ClientStreamEnd(status: status, trailers: trailers, origin: origin, fate: fate)
            if let load = stream.serverLoad, incarnations.accepts(load.incarnation) { end.load = load }
            end.hasLoadReport = origin == .peer && stream.hasLoadReport
            self.end(stream, end)
            if !stream.isClosed, !stream.isRemoteClosed { session.reset(stream, .cancel) }
        }
        return output
    }

    private func end(_ stream: ClientStream, with error: RPCError, fate: StreamClosure.Fate) {
        end(stream, ClientStreamEnd(status: error.status, trailers: error.metadata, origin: .local, fate: fate))
    }

    private func end(_ stream: ClientStream, _ end: ClientStreamEnd) {
        guard let sink = stream.sink else { return }
        stream.sink = nil
        if stream.deadline != nil { deadlines.remove(stream) }
        sink.ended(end)
    }
}
