// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct SessionLifecycleTests {
    private func limited(_ streams: Int) -> HTTP2Configuration {
        var configuration = HTTP2Configuration()
        configuration.maxConcurrentStreams = streams
        return configuration
    }

    private func goAway(_ last: Int, _ code: Int = 0) -> [UInt8] {
        RawFrame(RawFrame.Kind.goAway, RawFrame.word(last) + RawFrame.word(code)).bytes
    }

    @Test("a lost connection closes every open and waiting stream once, and tells which were never written")
    func abort() throws {
        let pair = try SessionPair(server: limited(3))
        let open = (0..<3).map { _ in pair.client.call(end: false) }
        let waiting = (0..<2).map { _ in pair.client.call() }
        pair.run()
        #expect(pair.client.session.liveStreamCount == 3 && pair.client.session.pendingCount == 2)
        pair.client.session.abort()
        pair.server.session.abort()
        pair.client.handleEvents()
        pair.server.handleEvents()
        for stream in open {
            #expect(stream.closures == [StreamClosure(code: .cancel, fate: .processed, cause: .connectionLost)])
        }
        for stream in waiting { #expect(stream.closures.map(\.fate) == [.unsent]) }
        #expect(pair.server.streams.map(\.closures.count) == [1, 1, 1])
        #expect(pair.client.session.wantsToClose && pair.client.session.liveStreamCount == 0)
        let late = pair.client.call()
        #expect(late.closures == [StreamClosure(code: .refusedStream, fate: .unsent, cause: .connectionLost)])
        pair.client.input(RawFrame(RawFrame.Kind.settings).bytes)
        #expect(pair.client.error != nil)
    }

    @Test("a request that was submitted but not pumped is unsent when the connection is lost")
    func abortBeforePump() throws {
        let pair = try SessionPair()
        let stream = pair.client.call(request(), framed("x"))
        pair.client.session.abort()
        pair.client.handleEvents()
        #expect(stream.closures.map(\.fate) == [.unsent])
    }

    @Test("a session that ends with open streams lets go of them")
    func teardown() throws {
        var pair: SessionPair? = try SessionPair(server: limited(1))
        weak let live = pair?.client.call(end: false)
        weak let waiting = pair?.client.call(end: false)
        pair?.run()
        weak let served = pair?.server.streams.first
        #expect(live != nil && waiting != nil && served != nil)
        pair = nil
        #expect(live == nil && waiting == nil && served == nil)
    }

    @Test("GOAWAY refuses the streams above its last, fails the waiting ones unsent, and lets the others end")
    func goAwayClient() throws {
        let pair = try SessionPair(server: limited(3))
        let open = (0..<3).map { _ in pair.client.call(end: false) }
        let waiting = (0..<2).map { _ in pair.client.call() }
        pair.run()
        pair.client.input(goAway(1))
        #expect(open[0].closures.isEmpty)
        for stream in open[1...] { #expect(stream.closures == [StreamClosure(code: .refusedStream, fate: .refused)]) }
        for stream in waiting { #expect(stream.closures.map(\.fate) == [.unsent]) }
        #expect(!pair.client.session.canSubmit && pair.client.session.pendingCount == 0)
        #expect(pair.client.call().closures.map(\.fate) == [.unsent])
        #expect(!pair.client.session.wantsToClose)
        pair.client.session.reset(open[0], .cancel)
        _ = pair.client.output()
        #expect(pair.client.session.wantsToClose)
        #expect(pair.client.streams.allSatisfy { $0.closures.count == 1 })
    }

    @Test("a request in the library's hands but not yet written is unsent when GOAWAY comes")
    func goAwayBeforePump() throws {
        let pair = try SessionPair()
        let sent = pair.client.call(end: false)
        pair.run()
        let submitted = (0..<3).map { _ in pair.client.call(request(), framed("x")) }
        pair.client.input(goAway(1))
        _ = pair.client.output()
        for stream in submitted { #expect(stream.closures.map(\.fate) == [.unsent]) }
        #expect(sent.closures.isEmpty && pair.client.session.liveStreamCount == 1)
    }

    @Test("resetting a request that waits completes it here, and it never reaches the wire")
    func resetPending() throws {
        let pair = try SessionPair(server: limited(1))
        pair.client.call(end: false)
        let waiting = pair.client.call()
        let next = pair.client.call()
        pair.run()
        pair.client.session.reset(waiting, .cancel)
        pair.client.handleEvents()
        #expect(waiting.closures == [StreamClosure(code: .cancel, fate: .unsent, cause: .local)])
        pair.client.session.reset(pair.client.streams[0], .cancel)
        pair.run()
        #expect(pair.server.streams.count == 2 && next.id == 3)
        #expect(waiting.closures.count == 1)
    }

    @Test("resetting a request that was submitted but not pumped writes nothing of it")
    func resetUnsent() throws {
        let pair = try SessionPair()
        let stream = pair.client.call(request(), framed("x"))
        pair.client.session.reset(stream, .cancel)
        pair.run()
        #expect(stream.closures == [StreamClosure(code: .cancel, fate: .unsent, cause: .local)])
        #expect(pair.server.streams.isEmpty && pair.client.session.liveStreamCount == 0)
    }

    @Test("a reset reaches the other side, and both close once", arguments: [HTTP2ErrorCode.cancel, .internalError])
    func reset(_ code: HTTP2ErrorCode) throws {
        let pair = try SessionPair()
        let stream = pair.client.call(request(), framed("x"), end: false)
        pair.run()
        pair.client.session.reset(stream, code)
        pair.client.session.reset(stream, .protocolError)
        pair.client.session.send(stream, framed("late"))
        pair.client.session.finish(stream, nil)
        pair.run()
        #expect(stream.closures == [StreamClosure(code: code, fate: .processed, cause: .local)])
        #expect(pair.server.streams[0].closures == [StreamClosure(code: code, fate: .processed)])
        pair.server.session.respond(pair.server.streams[0], OutgoingResponse())
        pair.server.session.send(pair.server.streams[0], framed("late"))
        pair.server.session.finish(pair.server.streams[0], nil)
        pair.run()
        #expect(pair.server.streams[0].closures.count == 1)
    }

    @Test("requests wait in order while the server allows no more streams, and start as others end")
    func admission() throws {
        let pair = try SessionPair(server: limited(2))
        pair.serveEcho()
        let streams = (0..<10).map { index in pair.client.call(request("/test.Echo/\(index)"), framed("\(index)")) }
        #expect(pair.client.session.liveStreamCount == 2 && pair.client.session.pendingCount == 8)
        pair.run()
        #expect(streams.enumerated().allSatisfy { $1.messages == [Array("\($0)".utf8)] && $1.closures.count == 1 })
        #expect(pair.server.streams.map(\.requestHead.pathText) == (0..<10).map { "/test.Echo/\($0)" })
        #expect(pair.client.session.pendingCount == 0)
    }

    @Test("before the first SETTINGS a client starts only as many as it assumes are allowed")
    func assumption() throws {
        var configuration = HTTP2Configuration()
        configuration.assumedPeerStreams = 5
        let client = try Side(.client, configuration)
        for _ in 0..<7 { client.call() }
        #expect(client.session.liveStreamCount == 5 && client.session.pendingCount == 2)
        _ = client.output()
        client.input(RawFrame(RawFrame.Kind.settings).bytes)
        _ = client.output()
        #expect(client.session.liveStreamCount == 7 && client.session.pendingCount == 0)
    }

    @Test("streams above the limit are refused without the application seeing them, until the client knows the limit")
    func aboveLimit() throws {
        let server = try Side(.server, limited(2))
        server.input(RawFrame.hello)
        _ = server.output()
        server.input(RawFrame.call(1).bytes + RawFrame.call(3).bytes + RawFrame.call(5).bytes)
        let resets = RawFrame.parse(server.output()).filter { $0.type == RawFrame.Kind.reset }
        #expect(resets == [RawFrame(RawFrame.Kind.reset, stream: 5, [0, 0, 0, 7])])
        #expect(server.streams.map(\.id) == [1, 3] && !server.session.wantsToClose)
        server.input(RawFrame(RawFrame.Kind.settings, flags: 1).bytes + RawFrame.call(7).bytes)
        let goAway = try #require(RawFrame.parse(server.output()).first { $0.type == RawFrame.Kind.goAway })
        #expect(Array(goAway.payload[4..<8]) == [0, 0, 0, 1])
        #expect(server.session.wantsToClose && server.streams.count == 2)
    }

    @Test("a refused stream is one the server's application never saw")
    func refused() throws {
        let pair = try SessionPair()
        let stream = pair.client.call(end: false)
        pair.run()
        pair.client.input(RawFrame(RawFrame.Kind.reset, stream: 1, [0, 0, 0, 7]).bytes)
        #expect(stream.closures == [StreamClosure(code: .refusedStream, fate: .refused)])
    }

    @Test(
        "a graceful end: the notice turns nobody away, the final GOAWAY does, and the connection ends after the last call"
    )
    func graceful() throws {
        let pair = try SessionPair()
        pair.serveEcho()
        let first = pair.client.call(request(), framed("1"), end: false)
        pair.run()
        pair.server.session.goAway(lastStreamID: .max)
        let crossing = pair.client.call(request(), framed("2"))
        let up = pair.client.output()
        pair.client.input(pair.server.output())
        #expect(pair.client.log.last == "goaway 2147483647 NO_ERROR ")
        #expect(!pair.client.session.canSubmit)
        pair.server.input(up)
        pair.run()
        #expect(crossing.trailers.status == .ok)
        #expect(!pair.server.session.wantsToClose)
        pair.server.session.goAway(debugData: "max_age")
        pair.run()
        #expect(pair.client.log.last == "goaway 3 NO_ERROR max_age")
        #expect(first.closures.isEmpty && !pair.server.session.wantsToClose && !pair.client.session.wantsToClose)
        pair.client.session.finish(first, nil)
        pair.run()
        #expect(first.trailers.status == .ok)
        #expect(pair.server.session.wantsToClose && pair.client.session.wantsToClose)
    }

    @Test("an idle server whose final GOAWAY went out wants to close, after a notice it does not")
    func idleGoAway() throws {
        let pair = try SessionPair()
        pair.server.session.goAway(lastStreamID: .max)
        pair.run()
        #expect(!pair.server.session.wantsToClose)
        pair.server.session.goAway()
        #expect(!pair.server.session.wantsToClose)
        pair.run()
        #expect(pair.server.session.wantsToClose)
    }

    @Test("request headers too large to send fail that call alone")
    func tooLargeToSend() throws {
        let pair = try SessionPair()
        let metadata = Metadata(dictionaryLiteral: ("big", .text(String(repeating: "x", count: 2 << 20))))
        let stream = pair.client.call(request(metadata: metadata))
        #expect(stream.closures.map(\.cause) == [.headersTooLarge])
        #expect(StatusMapping.status(stream.closures[0], deadlinePassed: false).code == .resourceExhausted)
        let next = pair.client.call()
        pair.run()
        #expect(next.closures.isEmpty && pair.server.streams.count == 1)
    }

    @Test("trailers too large to send reset the stream instead of leaving the client waiting")
    func trailersTooLargeToSend() throws {
        let pair = try SessionPair()
        let stream = pair.client.call()
        pair.run()
        let metadata = Metadata(dictionaryLiteral: ("big", .text(String(repeating: "x", count: 2 << 20))))
        pair.server.session.finish(pair.server.streams[0], OutgoingTrailers(status: .ok, metadata: metadata))
        pair.run()
        #expect(stream.closures.map(\.code) == [.internalError])
        #expect(pair.server.streams[0].closures.count == 1)
    }
}
