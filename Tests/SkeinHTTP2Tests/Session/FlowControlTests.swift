// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct FlowControlTests {
    private func configuration(stream: Int = 1 << 20, connection: Int = 8 << 20, bound: Int = 16 << 20)
        -> HTTP2Configuration
    {
        var configuration = HTTP2Configuration()
        configuration.initialStreamWindow = stream
        configuration.connectionWindow = connection
        configuration.connectionBufferBound = bound
        return configuration
    }

    @Test("eight server streams that nobody reads do not delay a unary call on the same connection")
    func unreadStreams() throws {
        let pair = try SessionPair(client: configuration(stream: 64 << 10, connection: 128 << 10))
        pair.server.onEvent = { side, event in
            guard case .head(let stream, _) = event else { return }
            side.session.respond(stream, OutgoingResponse())
            if stream.requestHead.pathText == "/flood" {
                for _ in 0..<20 { side.session.send(stream, framed(zeros: 10_000)) }
            } else {
                side.session.send(stream, framed("quick"))
                side.session.finish(stream, OutgoingTrailers(status: .ok))
            }
        }
        for _ in 0..<8 {
            let stream = pair.client.call(request("/flood"))
            stream.reads = false
        }
        pair.run()
        #expect(pair.client.session.bufferedBytes == 8 * 64 << 10)
        let unary = pair.client.call()
        pair.run()
        #expect(unary.messages == [Array("quick".utf8)] && unary.trailers.status == .ok)
    }

    @Test("a 4 MiB message passes a 64 KiB window while a reader waits")
    func largeMessage() throws {
        var narrow = configuration(stream: 64 << 10, connection: 64 << 10)
        narrow.maxMessageBytes = 8 << 20
        let pair = try SessionPair(client: narrow, server: narrow)
        pair.serveEcho()
        let message = (0..<4 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let stream = pair.client.call(request(), framed(message))
        pair.run()
        let isSame = stream.messages == [message]
        #expect(isSame)
        #expect(stream.closures.count == 1)
        #expect(pair.client.session.bufferedBytes == 0 && pair.server.session.bufferedBytes == 0)
    }

    @Test("without a reader a stream's peer stops at its window, and goes on when it is read")
    func backpressure() throws {
        let pair = try SessionPair(server: configuration(stream: 70_000))
        let stream = pair.client.call(end: false)
        pair.run()
        pair.server.streams[0].reads = false
        for _ in 0..<20 { pair.client.session.send(stream, framed(zeros: 9_995)) }
        pair.run()
        #expect(pair.server.session.bufferedBytes == 70_000)
        #expect(pair.client.session.queuedBytes(stream) == 130_000)
        pair.server.streams[0].reads = true
        pair.server.read(pair.server.streams[0])
        pair.run()
        #expect(pair.server.streams[0].messages.count == 20)
        #expect(pair.server.session.bufferedBytes == 0 && pair.client.session.queuedBytes(stream) == 0)
    }

    @Test("the connection window comes back on receipt below the bound and is withheld above it")
    func bound() throws {
        let pair = try SessionPair(server: configuration(connection: 100_000, bound: 150_000))
        let streams = (0..<4).map { _ in pair.client.call(end: false) }
        pair.run()
        for stream in pair.server.streams { stream.reads = false }
        for stream in streams { pair.client.session.send(stream, framed(zeros: 99_995)) }
        pair.run()
        // Below the bound all was returned; what came after it filled the window once more.
        #expect((150_000..<300_000).contains(pair.server.session.bufferedBytes))
        #expect(streams.reduce(0) { $0 + pair.client.session.queuedBytes($1) } > 100_000)
        for stream in pair.server.streams {
            stream.reads = true
            pair.server.read(stream)
        }
        pair.run()
        #expect(pair.server.streams.allSatisfy { $0.messages.map(\.count) == [99_995] })
        #expect(pair.server.session.bufferedBytes == 0)
    }

    @Test("padding does not eat the window", arguments: [0, 1, 100, 255])
    func padding(_ length: Int) throws {
        let server = try Side(.server, configuration(stream: 65_535, connection: 65_535))
        server.input(RawFrame.hello + RawFrame.call(1).bytes)
        var granted = [0: 65_535, 1: 65_535]
        let message = wire(framed("padded"))
        let payload = [UInt8(length)] + message + [UInt8](repeating: 0, count: length)
        for round in 0..<5_000 {
            granted[0]? -= payload.count
            granted[1]? -= payload.count
            server.input(RawFrame(RawFrame.Kind.data, flags: 8, stream: 1, payload).bytes)
            for frame in RawFrame.parse(server.output()) where frame.type == RawFrame.Kind.windowUpdate {
                granted[frame.stream]? += frame.word
            }
            try #require(granted.values.allSatisfy { $0 > 0 }, "window gone after \(round) frames")
        }
        #expect(server.streams[0].messages.count == 5_000 && server.error == nil)
    }

    @Test("DATA that arrives for a stream that was reset or forgotten gives the connection window back")
    func dataForGoneStreams() throws {
        let server = try Side(.server, configuration(stream: 1 << 20, connection: 65_535))
        server.input(RawFrame.hello + RawFrame.call(1).bytes)
        _ = server.output()
        server.session.reset(server.streams[0], .cancel)
        let data = RawFrame(RawFrame.Kind.data, stream: 1, [UInt8](repeating: 0, count: 1_000)).bytes
        var granted = 65_535
        for round in 0..<500 {
            granted -= 1_000
            server.input(data)
            for frame in RawFrame.parse(server.output())
            where frame.type == RawFrame.Kind.windowUpdate && frame.stream == 0 {
                granted += frame.word
            }
            try #require(granted > 0, "window gone after \(round) frames")
        }
        #expect(server.session.bufferedBytes == 0 && server.error == nil)
    }

    @Test("what was unread when a stream closed counts until it is dropped")
    func closedUnread() throws {
        let pair = try SessionPair()
        let stream = pair.client.call(end: false)
        pair.run()
        let served = pair.server.streams[0]
        served.reads = false
        pair.client.session.send(stream, framed(zeros: 1_000))
        pair.run()
        pair.client.session.reset(stream, .cancel)
        pair.run()
        #expect(served.isClosed && pair.server.session.bufferedBytes == 1_005)
        pair.server.session.consumed(served, 5)
        #expect(pair.server.session.bufferedBytes == 1_000)
        pair.server.session.discardUnread(served)
        pair.server.session.consumed(served, 1_000)
        #expect(pair.server.session.bufferedBytes == 0)
    }

    @Test("trailers do not wait for window")
    func trailersWithoutWindow() throws {
        let pair = try SessionPair(client: configuration(stream: 10_000))
        let stream = pair.client.call()
        stream.reads = false
        pair.run()
        let served = pair.server.streams[0]
        pair.server.session.respond(served, OutgoingResponse())
        pair.server.session.send(served, framed(zeros: 9_995))
        pair.run()
        #expect(pair.server.session.queuedBytes(served) == 0)
        pair.server.session.finish(served, OutgoingTrailers(status: .ok))
        pair.run()
        #expect(stream.trailers.status == .ok && stream.closures.count == 1)
    }

    @Test("a message over the limit is refused by its prefix alone")
    func oversized() throws {
        let pair = try SessionPair()
        pair.client.call(request(), framed(zeros: 5 << 20))
        pair.run()
        let served = pair.server.streams[0]
        let error = #expect(throws: RPCError.self) { try served.deframer.next() }
        #expect(error?.code == .resourceExhausted)
        #expect(pair.server.session.bufferedBytes == 0)
    }
}
