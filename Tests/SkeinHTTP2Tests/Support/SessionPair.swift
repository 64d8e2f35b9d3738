// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2

/// A stream that remembers what happened on it.
final class TestStream: HTTP2Stream {
    var log: [String] = []
    var messages: [[UInt8]] = []
    var closures: [StreamClosure] = []
    /// Whether messages are read as they arrive.
    var reads = true

    func note(_ text: String) {
        if log.last != text || text != "data" { log.append(text) }
    }
}

/// One session and what a connection would do around it.
final class Side {
    let session: HTTP2Session
    var streams: [TestStream] = []
    /// Events that belong to no stream.
    var log: [String] = []
    var error: HTTP2Error?
    /// Called for each event after it was noted.
    var onEvent: (Side, SessionEvent) -> Void = { _, _ in }
    private var events: [SessionEvent] = []

    init(_ role: SessionRole, _ configuration: HTTP2Configuration) throws {
        session = try HTTP2Session(role: role, configuration: configuration) { TestStream() }
    }

    /// Output, asked for in pieces of `size`.
    func output(size: Int = 64 << 10) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: size)
        while true {
            let count = piece.withUnsafeMutableBytes { session.pump(into: $0) }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        handleEvents()
        return bytes
    }

    func input(_ bytes: some Collection<UInt8>) {
        Array(bytes).withUnsafeBytes { bytes in
            do throws(HTTP2Error) { try session.receive(bytes) } catch { self.error = error }
        }
        handleEvents()
    }

    func handleEvents() {
        while session.hasEvents {
            session.takeEvents(&events)
            for event in events { handle(event) }
        }
    }

    private func handle(_ event: SessionEvent) {
        switch event {
        case .remoteSettings: log.append("settings")
        case .goAway(let last, let code, let debug):
            log.append("goaway \(last) \(code) \(String(decoding: debug, as: UTF8.self))")
        case .ping: log.append("ping")
        case .pingAcknowledged(let opaque): log.append("pong \(String(opaque, radix: 16))")
        case .head(let stream, let endStream):
            let stream = adopt(stream)
            stream.note(endStream ? "head end" : "head")
        case .trailers(let stream): adopt(stream).note("trailers")
        case .data(let stream):
            let stream = adopt(stream)
            stream.note("data")
            if stream.reads { read(stream) }
        case .endStream(let stream): adopt(stream).note("end")
        case .answeredEarly(let stream): adopt(stream).note("answered early")
        case .drained(let stream): adopt(stream).note("drained")
        case .closed(let stream, let closure):
            let stream = adopt(stream)
            stream.note("closed")
            stream.closures.append(closure)
        }
        onEvent(self, event)
    }

    func read(_ stream: TestStream) {
        while let message = try? stream.deframer.next() { stream.messages.append(Array(message.bytes)) }
        session.returnWindow(stream, readerWaits: true)
    }

    private func adopt(_ stream: HTTP2Stream) -> TestStream {
        let stream = stream as! TestStream
        if session.role == .server, !streams.contains(where: { $0 === stream }) { streams.append(stream) }
        return stream
    }

    @discardableResult
    func call(_ request: OutgoingRequest = request(), _ message: Buffer? = nil, end: Bool = true) -> TestStream {
        let stream = TestStream()
        streams.append(stream)
        session.submit(stream, request, message: message, endStream: end)
        handleEvents()
        return stream
    }
}

/// Two sessions joined in memory.
final class SessionPair {
    let client: Side
    let server: Side

    init(
        client: HTTP2Configuration = HTTP2Configuration(), server: HTTP2Configuration = HTTP2Configuration(),
        exchange: Bool = true
    ) throws {
        self.client = try Side(.client, client)
        self.server = try Side(.server, server)
        if exchange { run() }
    }

    /// Carries bytes until both sides are quiet.
    func run(_ limit: Int = 10_000) {
        for _ in 0..<limit {
            let up = client.output()
            if !up.isEmpty { server.input(up) }
            let down = server.output()
            if !down.isEmpty { client.input(down) }
            if up.isEmpty, down.isEmpty { return }
        }
    }

    /// Makes the server echo each message, with OK at the end.
    func serveEcho() {
        server.onEvent = { side, event in
            switch event {
            case .head(let stream, _): side.session.respond(stream, OutgoingResponse())
            case .data(let stream):
                let stream = stream as! TestStream
                for message in stream.messages { side.session.send(stream, framed(message)) }
                stream.messages = []
            case .endStream(let stream): side.session.finish(stream, OutgoingTrailers(status: .ok))
            default: break
            }
        }
    }
}
