// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

/// What a server does wrong, and how the call has to end that meets it.
struct BrokenServer: Sendable, CustomTestStringConvertible {
    var name: String
    var code: StatusCode
    var script: RawServer.Script
    /// How many attempts the call made; `nil`: the call may be cut off while it waits, or on its way.
    var attempts: Int?
    /// Nothing else would ever end the call.
    var needsDeadline = false
    var shapes = Shape.allCases

    /// The method that is called: what the server may send differs.
    enum Shape: CaseIterable { case unary, serverStreaming }

    var testDescription: String { name }

    /// Answers the first request of each connection with `bytes`.
    static func answers(
        _ name: String, _ code: StatusCode, attempts: Int? = 1, greeting: [UInt8] = Frames.settings,
        ending: RawServer.Script.Ending = .open, _ bytes: [UInt8]
    ) -> BrokenServer {
        let script = RawServer.Script(greeting: greeting, answer: bytes, ending: ending)
        return BrokenServer(name: name, code: code, script: script, attempts: attempts)
    }

    /// Answers each request, by its stream.
    static func responds(
        _ name: String, _ code: StatusCode, attempts: Int? = 1, greeting: [UInt8] = Frames.settings,
        _ respond: @escaping @Sendable (_ stream: UInt32) -> [UInt8]
    ) -> BrokenServer {
        BrokenServer(name: name, code: code, script: .init(greeting: greeting, respond: respond), attempts: attempts)
    }

    /// Breaks the connection before there is a request.
    static func greets(
        _ name: String, code: StatusCode = .unavailable, ending: RawServer.Script.Ending = .open, _ bytes: [UInt8]
    ) -> BrokenServer {
        let script = RawServer.Script(greeting: bytes, requests: ending == .open ? .max : 0, ending: ending)
        return BrokenServer(name: name, code: code, script: script)
    }

    /// Sends no more after `bytes`.
    static func stalls(_ name: String, attempts: Int? = 1, greeting: [UInt8] = Frames.settings, _ bytes: [UInt8] = [])
        -> BrokenServer
    {
        var server = answers(name, .deadlineExceeded, attempts: attempts, greeting: greeting, bytes)
        server.needsDeadline = true
        return server
    }

    func only(_ shape: Shape) -> BrokenServer {
        var server = self
        server.shapes = [shape]
        return server
    }
}

extension Frames {
    /// What a sound server answers to the request on `stream`.
    static func reply(_ stream: UInt32, _ content: [UInt8] = [65]) -> [UInt8] {
        headers(stream, okHead) + data(stream, message(content)) + trailers(stream, [("grpc-status", "0")])
    }

    static func trailers(_ stream: UInt32, _ fields: [(String, String)]) -> [UInt8] {
        headers(stream, fields, end: true)
    }

    /// A response without messages, in one header block.
    static func trailersOnly(_ stream: UInt32, _ fields: [(String, String)]) -> [UInt8] {
        headers(stream, okHead + fields, end: true)
    }
}
