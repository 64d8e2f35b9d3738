// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import SkeinCore
package import SkeinHTTP2

/// What any thread may ask of a connection, through its inbox.
package enum ConnectionCommand: Sendable {
    case start(ClientStream)
    case complete(ServerStream)
    case sendHead(ServerStream)
    /// The stream has messages, or its end, to send.
    case flush(CallStream)
    /// The reader took this many bytes.
    case consumed(CallStream, Int)
    /// A reader waits while bytes of an incomplete message are held back.
    case readerWaits(CallStream)
    case cancel(CallStream, RPCError)
    case run(@Sendable () -> Void)
}

/// One end of an HTTP/2 connection on its event loop: bytes to the session, events to the streams, output to the
/// transport, once per burst. `ClientConnection` and `ServerConnection` say what the events mean.
///
/// Everything but `post` happens on `eventLoop`: the loop owns the connection and its streams. Exclusive access to what
/// is marked needs no check at run time: each access ends before anything else is called.
package class Connection: @unchecked Sendable, ByteInput {
    package final let eventLoop: any EventLoop
    /// Of `eventLoop`.
    final let timers: LoopTimers
    package final let session: HTTP2Session
    /// What messages may be compressed with.
    final let compressors: CompressorRegistry
    final let inbox = Inbox<ConnectionCommand>()
    private final var output: (any ByteOutput)?
    /// Ends the attempt to connect, while there is one.
    final var stopConnecting: (() -> Void)?
    /// Watches for silence, if that is asked for.
    @exclusivity(unchecked) final var keepalive: KeepaliveWatch?
    @exclusivity(unchecked) private final var commands: [ConnectionCommand] = []
    @exclusivity(unchecked) private final var events: [SessionEvent] = []
    @exclusivity(unchecked) private final var isInBurst = false
    @exclusivity(unchecked) private final var isPumping = false
    @exclusivity(unchecked) private final var isTickScheduled = false
    @exclusivity(unchecked) private final var isClosingWhenFlushed = false
    @exclusivity(unchecked) private final var outputBuffer = ByteBuffer()
    @exclusivity(unchecked) private final var flushedStreams: [CallStream] = []
    package final private(set) var isDisconnected = false

    /// Whether the transport holds all that it takes.
    final var isOutputBlocked: Bool { output.map { !$0.isWritable } ?? false }

    /// How much is handed to the transport at once. The transport's high-water mark matches it.
    static let outputChunk = 128 * 1024
    /// The least room for it, which is also what a connection without calls keeps at most.
    private static let smallOutput = 2 * 1024

    init(on timers: LoopTimers, session: HTTP2Session, compressors: CompressorRegistry) {
        self.timers = timers
        eventLoop = timers.eventLoop
        self.compressors = compressors
        self.session = session
    }

    // MARK: what the two kinds of connection define

    func handle(_ event: SessionEvent) {}
    func perform(start stream: ClientStream) {}
    func perform(complete stream: ServerStream) {}
    func perform(sendHeadOf stream: ServerStream) {}
    func perform(cancel stream: CallStream, _ error: RPCError) {}
    func didConnect() {}
    /// The transport is gone; the streams have not been told yet.
    func willDisconnect(_ error: (any Error)?) {}
    func didDisconnect() {}
    /// The window was returned for a message that is not complete.
    func didReturnPartial(of stream: CallStream) {}
    /// Called once after every burst: the place to notice that the last stream has gone.
    func didEndBurst() {}

    // MARK: commands

    /// From any thread: performs `command` on the loop, at once if this is the loop's thread.
    package final func post(_ command: ConnectionCommand) {
        if eventLoop.inEventLoop {
            perform(command)
            setNeedsFlush()
        } else if inbox.post(command) {
            eventLoop.execute { self.drainInbox() }
        }
    }

    private final func drainInbox() {
        burst {
            var batch = commands
            commands = []
            inbox.take(into: &batch)
            for command in batch { perform(command) }
            batch.removeAll(keepingCapacity: true)
            commands = batch
        }
    }

    private final func perform(_ command: ConnectionCommand) {
        switch command {
        case .start(let stream): perform(start: stream)
        case .complete(let stream): perform(complete: stream)
        case .sendHead(let stream): perform(sendHeadOf: stream)
        case .flush(let stream): flushOutbound(of: stream)
        case .consumed(let stream, let bytes): session.consumed(stream, bytes)
        case .readerWaits(let stream): returnPartial(of: stream)
        case .cancel(let stream, let error): perform(cancel: stream, error)
        case .run(let body): body()
        }
    }

    // MARK: bytes in

    package final func connected(to output: any ByteOutput) {
        self.output = output
        stopConnecting = nil
        burst { didConnect() }
    }

    package final func received(_ bytes: ByteBuffer) {
        guard !isDisconnected else { return }
        keepalive?.received()
        isInBurst = true
        do {
            try bytes.withUnsafeReadableBytes { (bytes) throws(HTTP2Error) in try session.receive(bytes) }
            handleEvents()
        } catch {
            handleEvents()
            protocolFailed(error)
        }
        isInBurst = false
    }

    package final func receivedBurst() { burst {} }
    package final func becameWritable() { burst {} }

    package final func disconnected(_ error: (any Error)?) {
        guard !isDisconnected else { return }
        isDisconnected = true
        keepalive?.stop()
        output = nil
        stopConnecting = nil
        willDisconnect(error)
        session.abort()
        handleEvents()
        didDisconnect()
    }

    /// The peer broke the protocol: what is left, such as a GOAWAY, is sent, then the connection closes.
    func protocolFailed(_ error: HTTP2Error) {
        flush()
        finish()
    }

    /// Nothing more will be written.
    func finish() { close() }

    package final func close() {
        stopConnecting?()
        output?.close()
    }

    /// Ends everything now: nothing more is expected of the peer.
    final func closeAtOnce() {
        output?.close()
        disconnected(nil)
    }

    /// Closes once what the session has to say is written.
    final func closeWhenFlushed() {
        isClosingWhenFlushed = true
        setNeedsFlush()
    }

    /// Starts to watch for silence; `dead` is called when it lasts too long.
    final func watch(_ keepalive: Keepalive?, dead: @escaping () -> Void) {
        guard let keepalive, self.keepalive == nil else { return }
        let watch = KeepaliveWatch(
            keepalive, on: timers, liveStreams: { [unowned self] in session.liveStreamCount },
            ping: { [unowned self] in
                session.ping(Connection.keepalivePing)
                setNeedsFlush()
            },
            dead: dead)
        self.keepalive = watch
        watch.start()
    }

    /// The PINGs of keepalive, and those that end a drain.
    private static let keepalivePing: UInt64 = 0x616c_6976_653f
    static let drainPing: UInt64 = 0x736b_6569_6e

    // MARK: the burst

    /// Runs `body`, then handles what it caused and flushes once. Nested bursts belong to the outermost.
    final func burst(_ body: () -> Void) {
        guard !isInBurst else { return body() }
        isInBurst = true
        body()
        handleEvents()
        isInBurst = false
        flush()
    }

    /// Hands to the transport what there is to send, in the middle of a burst.
    final func flushNow() {
        let wasInBurst = isInBurst
        flush()
        isInBurst = wasInBurst
    }

    /// Something may have to be sent: at the end of the burst, or soon if there is none.
    final func setNeedsFlush() {
        guard !isInBurst, !isPumping, !isTickScheduled else { return }
        isTickScheduled = true
        eventLoop.execute {
            self.isTickScheduled = false
            self.burst {}
        }
    }

    /// Whether there were any.
    @discardableResult
    private final func handleEvents() -> Bool {
        guard session.hasEvents else { return false }
        while session.hasEvents {
            var batch = events
            events = []
            session.takeEvents(&batch)
            for event in batch { handle(event) }
            batch.removeAll(keepingCapacity: true)
            events = batch
        }
        return true
    }

    private final func flush() {
        guard !isPumping, !isDisconnected else { return }
        isPumping = true
        repeat {
            let hasWritten = pump()
            isInBurst = true
            let hasHandled = handleEvents()
            noteSentBytes()
            isInBurst = false
            if !hasWritten, !hasHandled { break }
        } while output?.isWritable == true
        isPumping = false
        if isClosingWhenFlushed || session.wantsToClose { return finish() }
        didEndBurst()
    }

    /// Hands the session's output to the transport while it takes some; whether there was any.
    private final func pump() -> Bool {
        var hasWritten = false
        var size = min(session.queuedBytes + Connection.smallOutput, Connection.outputChunk)
        while let output, output.isWritable {
            var buffer = outputBuffer
            outputBuffer = ByteBuffer()
            buffer.clear(minimumCapacity: size)
            let room = buffer.writableBytes
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { session.pump(into: $0) }
            if count > 0 {
                output.write(buffer)
                hasWritten = true
            }
            outputBuffer = buffer
            if count < room { break }
            size = min(room * 4, Connection.outputChunk)
        }
        if outputBuffer.capacity > Connection.smallOutput, session.liveStreamCount == 0 { outputBuffer = ByteBuffer() }
        return hasWritten
    }

    // MARK: streaming

    /// Submits the response head if that has not been done: called before the first message of a stream is sent.
    func prepareToSend(_ stream: CallStream) -> Bool { true }

    /// Moves what the writers left to the session.
    final func flushOutbound(of stream: CallStream) {
        guard !stream.isClosed, let pipes = stream.pipes, prepareToSend(stream) else { return }
        let (messages, isFinished) = pipes.takeOutbound()
        for message in messages { session.send(stream, message) }
        if isFinished { session.finish(stream, nil) }
        flushedStreams.append(stream)
    }

    /// Lets writers go on whose messages have left.
    private final func noteSentBytes() {
        guard !flushedStreams.isEmpty else { return }
        for stream in flushedStreams where !stream.isClosed { noteSentBytes(of: stream) }
        flushedStreams.removeAll(keepingCapacity: true)
    }

    final func noteSentBytes(of stream: CallStream) {
        stream.pipes?.sessionHolds(session.queuedBytes(stream))
    }

    /// Returns the window of what nobody will read.
    final func discardUnread(of stream: CallStream) {
        let unread = stream.takeUnreadCredit()
        if unread > 0 { session.consumed(stream, unread) }
    }

    private final func returnPartial(of stream: CallStream) {
        let credit = stream.takePartialCredit()
        guard credit > 0 else { return }
        session.consumed(stream, credit)
        didReturnPartial(of: stream)
    }
}
