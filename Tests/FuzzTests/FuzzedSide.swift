// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2

/// One end of a connection whose peer says anything, and what must hold whatever that is.
final class FuzzedSide {
    let session: HTTP2Session
    private(set) var streams: [HTTP2Stream] = []
    private(set) var closures: [ObjectIdentifier: Int] = [:]
    private(set) var received = 0
    private(set) var sent = 0
    private(set) var error: HTTP2Error?
    /// The peer broke the protocol.
    var isBroken: Bool { error != nil || session.violation != nil || session.role == .server && session.wantsToClose }
    /// What went against the rules.
    private(set) var faults: [String] = []
    /// Called for each event.
    var react: (SessionEvent) -> Void = { _ in }

    init(_ session: HTTP2Session) { self.session = session }

    func adopt(_ stream: HTTP2Stream) {
        if !streams.contains(where: { $0 === stream }) { streams.append(stream) }
    }

    func input(_ bytes: some Collection<UInt8>) {
        received += bytes.count
        Array(bytes).withUnsafeBytes { bytes in
            do throws(HTTP2Error) {
                try session.receive(bytes)
                if error != nil { faults.append("received after it had failed with \(String(describing: error))") }
            } catch {
                self.error = error
            }
        }
        handleEvents()
        if session.bufferedBytes > received || session.bufferedBytes < 0 {
            faults.append("holds \(session.bufferedBytes) bytes of \(received)")
        }
        if session.role == .server, session.liveStreamCount > session.configuration.maxConcurrentStreams {
            faults.append("has \(session.liveStreamCount) streams")
        }
    }

    func output() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 32 << 10)
        while case let count = piece.withUnsafeMutableBytes({ session.pump(into: $0) }), count > 0 {
            bytes += piece[..<count]
        }
        handleEvents()
        sent += bytes.count
        return bytes
    }

    private func handleEvents() {
        var events: [SessionEvent] = []
        while session.hasEvents {
            session.takeEvents(&events)
            for event in events { handle(event) }
        }
    }

    private func handle(_ event: SessionEvent) {
        switch event {
        case .head(let stream, _), .trailers(let stream), .data(let stream), .endStream(let stream),
            .answeredEarly(let stream), .drained(let stream):
            adopt(stream)
            if closures[ObjectIdentifier(stream)] != nil { faults.append("an event after its stream was closed") }
        case .closed(let stream, _):
            adopt(stream)
            closures[ObjectIdentifier(stream), default: 0] += 1
        case .remoteSettings, .goAway, .ping, .pingAcknowledged: break
        }
        react(event)
    }

    /// Gives the connection up: everything must have come to its end then.
    func finish() {
        session.abort()
        handleEvents()
        for stream in streams { session.discardUnread(stream) }
        if session.bufferedBytes != 0 { faults.append("\(session.bufferedBytes) bytes are never given back") }
        if session.liveStreamCount + session.pendingCount != 0 { faults.append("streams live on") }
        if !streams.allSatisfy({ closures[ObjectIdentifier($0)] == 1 }) { faults.append("streams not closed once") }
        if !output().isEmpty { faults.append("speaks after its end") }
    }

    /// The complete messages of `stream`.
    func read(_ stream: HTTP2Stream) -> [Buffer] {
        var messages: [Buffer] = []
        do throws(RPCError) {
            while let message = try stream.nextMessage() { messages.append(message.bytes) }
        } catch {
            session.reset(stream, .cancel)
        }
        session.returnWindow(stream, readerWaits: true)
        return messages
    }
}

/// Echoes every message.
final class FuzzedServer {
    let side: FuzzedSide

    init(_ session: HTTP2Session) {
        side = FuzzedSide(session)
        side.react = { [unowned self] event in
            switch event {
            case .head(let stream, _):
                if let rejection = stream.rejection(.builtIn) { return side.session.reject(stream, rejection) }
                let metadata = stream.requestMetadata
                let isValid = MetadataEncoding.problem(in: metadata) == nil
                side.session.respond(stream, OutgoingResponse(metadata: isValid ? metadata : [:]))
            case .data(let stream):
                for message in side.read(stream) { side.session.send(stream, framed(Array(message))) }
            case .endStream(let stream): side.session.finish(stream, OutgoingTrailers(status: .ok))
            default: break
            }
        }
    }
}

/// Calls, and reads what comes back.
final class FuzzedClient {
    let side: FuzzedSide
    private var machines: [ObjectIdentifier: ClientStreamMachine] = [:]
    /// How often each call ended.
    private(set) var ends: [ObjectIdentifier: Int] = [:]

    init(_ session: HTTP2Session) {
        side = FuzzedSide(session)
        side.react = { [unowned self] in handle($0) }
    }

    func start(_ calls: [RecordedSession.Call]) {
        for call in calls {
            let stream = HTTP2Stream()
            side.adopt(stream)
            machines[ObjectIdentifier(stream)] = ClientStreamMachine(kind: .serverStreaming)
            side.session.submit(stream, call.request, message: call.message, endStream: true)
        }
    }

    private func handle(_ event: SessionEvent) {
        switch event {
        case .head(let stream, let endStream):
            feed(stream) { stream.feedHead(to: &$0, endStream: endStream, compressors: .builtIn) }
        case .trailers(let stream): feed(stream) { stream.feedTrailers(to: &$0) }
        case .endStream(let stream): feed(stream) { $0.endStream() }
        case .data(let stream): for _ in side.read(stream) { feed(stream) { $0.message() } }
        case .closed(let stream, let closure): feed(stream) { $0.closed(closure, deadlinePassed: false) }
        case .answeredEarly, .drained, .remoteSettings, .goAway, .ping, .pingAcknowledged: break
        }
    }

    private func feed(_ stream: HTTP2Stream, _ body: (inout ClientStreamMachine) -> ClientStreamMachine.Output) {
        let key = ObjectIdentifier(stream)
        guard var machine = machines[key] else { return }
        if case .ended = body(&machine) {
            ends[key, default: 0] += 1
            side.session.reset(stream, .cancel)
        }
        machines[key] = machine
    }
}
