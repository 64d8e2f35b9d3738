// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct HostilePeerTests {
    private func server(_ configuration: HTTP2Configuration = HTTP2Configuration()) throws -> Side {
        let side = try Side(.server, configuration)
        side.input(RawFrame.hello)
        _ = side.output()
        side.input(RawFrame(RawFrame.Kind.settings, flags: 1).bytes)
        return side
    }

    @Test("a header list over the limit fails its call and leaves the connection alive")
    func headerList() throws {
        let server = try server()
        let big = (0..<40).map { ("x-\($0)", String(repeating: "a", count: 500)) }
        let block = RawFrame.block(RawFrame.callFields + big)
        let first = RawFrame(RawFrame.Kind.headers, flags: 1, stream: 1, Array(block[..<16_000]))
        let rest = RawFrame(RawFrame.Kind.continuation, flags: 4, stream: 1, Array(block[16_000...]))
        server.input(first.bytes + rest.bytes)
        let head = server.streams[0].requestHead
        #expect(head.isOverLimit && head.rejection(.builtIn)?.status.code == .resourceExhausted)
        #expect(head.metadata.count < 40)
        server.input(RawFrame.call(3, end: true).bytes)
        #expect(server.streams[1].log == ["head end"] && server.error == nil)
    }

    @Test("a PING flood that is never read breaks the connection")
    func pingFlood() throws {
        let server = try server()
        let ping = RawFrame(RawFrame.Kind.ping, [UInt8](repeating: 1, count: 8)).bytes
        for _ in 0..<30 where server.error == nil { server.input((0..<100).flatMap { _ in ping }) }
        #expect(server.error?.code == .enhanceYourCalm)
    }

    @Test("a SETTINGS flood that is never read breaks the connection")
    func settingsFlood() throws {
        let server = try server()
        let settings = RawFrame(RawFrame.Kind.settings).bytes
        for _ in 0..<30 where server.error == nil { server.input((0..<100).flatMap { _ in settings }) }
        #expect(server.error?.code == .enhanceYourCalm)
    }

    @Test("an endless header block breaks the connection")
    func continuationFlood() throws {
        let server = try server()
        let block = RawFrame.block(RawFrame.callFields)
        var bytes = RawFrame(RawFrame.Kind.headers, flags: 0, stream: 1, block).bytes
        let field = RawFrame.block([("x", String(repeating: "y", count: 16_000))])
        for _ in 0..<100 { bytes += RawFrame(RawFrame.Kind.continuation, stream: 1, field).bytes }
        server.input(bytes)
        _ = server.output()
        #expect(server.error != nil || server.session.wantsToClose)
    }

    @Test("a header list of many times the limit ends the connection before its end has come")
    func headerBomb() throws {
        let server = try server()
        let entry = [0x40] + RawFrame.text("x") + RawFrame.text(String(repeating: "y", count: 3900))
        let block = RawFrame.block(RawFrame.callFields)
        server.input(RawFrame(RawFrame.Kind.headers, flags: 5, stream: 1, block + entry).bytes)
        let bomb = RawFrame(RawFrame.Kind.headers, flags: 1, stream: 3, block + [UInt8](repeating: 0xbe, count: 200))
        server.input(bomb.bytes)
        let goAway = RawFrame.parse(server.output()).first { $0.type == RawFrame.Kind.goAway }
        #expect(goAway?.payload.suffix(4) == [0, 0, 0, 11])
        #expect(server.session.wantsToClose)
        var kept = 0
        server.session.visitNewestFirst { stream in
            kept = max(kept, stream.requestHead.headerBytes)
            return true
        }
        #expect(kept > 0 && kept < 300 << 10)
    }

    @Test("answers that are never read end the connection when there are too many")
    func unreadAnswers() throws {
        var configuration = HTTP2Configuration()
        configuration.maxQueuedFrames = 500
        let server = try server(configuration)
        let malformed = RawFrame.block([(":method", "POST")])
        for id in stride(from: 1, to: 2000, by: 2) where server.error == nil {
            server.input(RawFrame(RawFrame.Kind.headers, flags: 5, stream: id, malformed).bytes)
        }
        #expect(server.error == HTTP2Error(.enhanceYourCalm, "the peer causes frames and does not read them"))
        #expect(server.session.liveStreamCount < 600)
    }

    @Test("a stream that the client left out before is closed; one that it used may still send trailers")
    func lowerStream() throws {
        let server = try server()
        server.input(RawFrame.call(1, end: true).bytes + RawFrame.call(7).bytes + RawFrame.call(9, end: true).bytes)
        #expect(server.streams.map(\.id) == [1, 7, 9] && !server.session.wantsToClose)
        let trailers = RawFrame(RawFrame.Kind.headers, flags: 5, stream: 7, RawFrame.block([("x", "y")]))
        server.input(trailers.bytes)
        #expect(server.streams[1].log == ["head", "end"])
        server.input(RawFrame.call(3).bytes)
        let goAway = RawFrame.parse(server.output()).first { $0.type == RawFrame.Kind.goAway }
        #expect(goAway?.payload.suffix(4) == [0, 0, 0, 1])
        #expect(server.session.wantsToClose && server.streams.count == 3)
    }

    @Test("an open header block shows, until it ends or another frame comes")
    func openHeaderBlock() throws {
        let server = try server()
        let block = RawFrame.block(RawFrame.callFields)
        #expect(!server.session.isHeaderBlockOpen)
        server.input(RawFrame(RawFrame.Kind.headers, stream: 1, Array(block[..<20])).bytes)
        #expect(server.session.isHeaderBlockOpen && server.session.headerBlocks == 1)
        server.input(RawFrame(RawFrame.Kind.continuation, flags: 4, stream: 1, Array(block[20...])).bytes)
        #expect(!server.session.isHeaderBlockOpen)
        // Half a frame is an open block, too.
        server.input(RawFrame.call(3).bytes.prefix(30))
        #expect(server.session.isHeaderBlockOpen && server.session.headerBlocks == 2)
        server.input(RawFrame.call(3).bytes.dropFirst(30))
        #expect(!server.session.isHeaderBlockOpen && server.streams.count == 2)
    }

    @Test(
        "a request with a field that could be taken for two is malformed; odd metadata is left out",
        arguments: [
            ("x", "a\rb", true), ("x", "a\nb", true), ("x", "a\0b", true), ("X", "a", true), ("x y", "a", true),
            ("x", "a\u{1}b", false), ("x", "a\u{7f}", false),
        ])
    func oddFields(_ name: String, _ value: String, isMalformed: Bool) throws {
        let server = try server()
        server.input(RawFrame.call(1, [(name, value)], end: true).bytes)
        let reset = RawFrame.parse(server.output()).first { $0.type == RawFrame.Kind.reset }
        #expect(reset?.payload == (isMalformed ? [0, 0, 0, 1] : nil))
        if !isMalformed { #expect(server.streams[0].requestHead.metadata.isEmpty) }
        #expect(!server.session.wantsToClose)
    }

    @Test("rapid resets end the connection after the configured burst")
    func rapidReset() throws {
        guard LinkedFeatures.describe.contains("stream reset rate limit linked") else { return }
        var configuration = HTTP2Configuration()
        configuration.resetBurst = 20
        configuration.resetRate = 0
        let server = try server(configuration)
        var lived = 0
        for index in 0..<100 {
            let id = index * 2 + 1
            server.input(RawFrame.call(id).bytes + RawFrame(RawFrame.Kind.reset, stream: id, [0, 0, 0, 8]).bytes)
            _ = server.output()
            if server.session.wantsToClose { break }
            lived += 1
        }
        #expect((18...22).contains(lived))
        #expect(server.streams.allSatisfy { $0.closures.count == 1 })
    }

    @Test("what is no HTTP/2 is an error with a reason")
    func notHTTP2() throws {
        let side = try Side(.server, HTTP2Configuration())
        side.input(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        let error = try #require(side.error)
        #expect(error.code == .protocolError && !error.message.isEmpty)
        #expect(side.session.wantsToClose || !side.output().isEmpty)
    }

    @Test("a malformed request resets its stream, closes it once and spares the connection")
    func malformedRequest() throws {
        let server = try server()
        let block = RawFrame.block([(":method", "POST"), (":path", "/x"), ("Upper", "case")])
        server.input(RawFrame(RawFrame.Kind.headers, flags: 4, stream: 1, block).bytes)
        server.input(RawFrame.call(3, end: true).bytes)
        _ = server.output()
        #expect(server.streams.first { $0.id == 1 }?.closures.count ?? 1 == 1)
        #expect(server.streams.first { $0.id == 3 }?.log == ["head end"])
    }

    @Test("random bytes after the preface never trap, and end in an error or a close", arguments: 1...60)
    func noise(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let server = try server()
        server.onEvent = { side, event in
            if case .head(let stream, _) = event { side.session.respond(stream, OutgoingResponse()) }
        }
        server.input(RawFrame.call(1).bytes)
        for _ in 0..<200 where server.error == nil && !server.session.wantsToClose {
            let frame = RawFrame(
                UInt8.random(in: 0...10, using: &random), flags: UInt8.random(in: 0...255, using: &random) & 0x2d,
                stream: [0, 1, 1, 3, 5, 7].randomElement(using: &random) ?? 0,
                (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
            server.input(frame.bytes)
            _ = server.output()
        }
        server.session.abort()
        server.handleEvents()
        #expect(server.streams.allSatisfy { $0.closures.count == 1 })
        #expect(server.session.liveStreamCount == 0)
    }

    @Test("broken bytes from a server never trap a client", arguments: 1...60)
    func clientNoise(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let pair = try SessionPair(exchange: false)
        pair.serveEcho()
        for _ in 0..<4 { pair.client.call(request(), framed(zeros: 5_000)) }
        for _ in 0..<20 where pair.client.error == nil && !pair.client.session.wantsToClose {
            pair.server.input(pair.client.output())
            var down = pair.server.output()
            if !down.isEmpty, Int.random(in: 0..<3, using: &random) == 0 {
                down[Int.random(in: 0..<down.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            }
            pair.client.input(down)
        }
        pair.client.session.abort()
        pair.client.handleEvents()
        #expect(pair.client.streams.allSatisfy { $0.closures.count == 1 })
    }
}
