// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct HTTP2SessionTests {
    @Test("a unary call goes up and its answer comes down")
    func unary() throws {
        let pair = try SessionPair()
        pair.serveEcho()
        let stream = pair.client.call(request(metadata: ["x": "y", "k-bin": .binary([1, 2, 255])]), framed("hello"))
        pair.run()
        let served = try #require(pair.server.streams.first)
        #expect(served.requestHead.pathText == "/test.Echo/Say")
        #expect(served.requestHead.metadata == ["x": "y", "k-bin": .binary([1, 2, 255])])
        #expect(served.requestHead.rejection(.builtIn) == nil)
        #expect(served.log == ["head", "data", "end", "closed"])
        #expect(stream.log == ["head", "data", "trailers", "closed"])
        #expect(stream.responseHead.httpStatus == 200 && stream.responseHead.contentType == .grpc)
        #expect(stream.messages == [Array("hello".utf8)])
        #expect(stream.trailers.status == .ok)
        #expect(stream.closures == [StreamClosure(code: .noError, fate: .processed)])
        #expect(pair.client.session.liveStreamCount == 0 && pair.server.session.liveStreamCount == 0)
    }

    @Test("headers, message and trailers queued before the pump leave in one burst, without empty frames")
    func oneBurst() throws {
        let pair = try SessionPair()
        pair.client.call(request(), framed("up"))
        let up = pair.client.output()
        #expect(RawFrame.parse(up).map { [$0.type, $0.flags] } == [[1, 4], [0, 1]])
        pair.server.input(up)
        let stream = pair.server.streams[0]
        pair.server.session.respond(stream, OutgoingResponse())
        pair.server.session.send(stream, framed("down"))
        pair.server.session.finish(stream, OutgoingTrailers(status: .ok))
        let down = RawFrame.parse(pair.server.output())
        #expect(down.map { [$0.type, $0.flags] } == [[1, 4], [0, 0], [1, 5]])
        #expect(down[1].payload == wire(framed("down")))
    }

    @Test("a stream that is finished when nothing is left sends its trailers without a DATA frame")
    func lateFinish() throws {
        let pair = try SessionPair()
        pair.client.call(request(), framed("up"))
        pair.run()
        let stream = pair.server.streams[0]
        pair.server.session.respond(stream, OutgoingResponse())
        pair.server.session.send(stream, framed("down"))
        pair.run()
        pair.server.session.finish(
            stream, OutgoingTrailers(status: Status(.notFound, "caf\u{e9}"), metadata: ["a": "b"]))
        #expect(RawFrame.parse(pair.server.output()).map(\.type) == [1])
    }

    @Test("a client that finishes when nothing is left sends one empty DATA frame")
    func emptyEnd() throws {
        let pair = try SessionPair()
        let stream = pair.client.call(end: false)
        pair.client.session.send(stream, framed("one"))
        pair.run()
        pair.client.session.finish(stream, nil)
        let frames = RawFrame.parse(pair.client.output())
        #expect(frames == [RawFrame(RawFrame.Kind.data, flags: 1, stream: 1)])
    }

    @Test("a request without a message ends with its headers")
    func noMessage() throws {
        let pair = try SessionPair()
        pair.client.call()
        let frames = RawFrame.parse(pair.client.output())
        #expect(frames.map { [$0.type, $0.flags] } == [[1, 5]])
        pair.server.input(frames.flatMap(\.bytes))
        #expect(pair.server.streams[0].log == ["head end"])
    }

    @Test("status, message and metadata of trailers arrive", arguments: 0...16 as ClosedRange<UInt8>)
    func statuses(_ number: UInt8) throws {
        let status = Status(try #require(StatusCode(rawValue: number)), "50% of \u{1f986}\n")
        for isTrailersOnly in [false, true] {
            let pair = try SessionPair()
            let stream = pair.client.call()
            pair.run()
            let served = pair.server.streams[0]
            if !isTrailersOnly { pair.server.session.respond(served, OutgoingResponse(metadata: ["early": "yes"])) }
            pair.server.session.finish(served, OutgoingTrailers(status: status, metadata: ["k-bin": .binary([7])]))
            pair.run()
            #expect(stream.log == (isTrailersOnly ? ["head end", "closed"] : ["head", "trailers", "closed"]))
            #expect((isTrailersOnly ? stream.responseHead.status : stream.trailers.status) == status)
            let metadata = isTrailersOnly ? stream.responseHead.metadata : stream.trailers.metadata
            #expect(metadata == ["k-bin": .binary([7])])
        }
    }

    @Test("a rejection carries its HTTP status and its field")
    func rejection() throws {
        let server = try Side(.server, HTTP2Configuration())
        let get = RawFrame(
            RawFrame.Kind.headers, flags: 5, stream: 1,
            RawFrame.block([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a")]))
        server.onEvent = { side, event in
            if case .head(let stream, _) = event, let rejection = stream.requestHead.rejection(.builtIn) {
                side.session.reject(stream, rejection)
            }
        }
        server.input(RawFrame.hello + get.bytes)
        let answer = try #require(RawFrame.parse(server.output()).last { $0.type == RawFrame.Kind.headers })
        #expect(answer.flags == 5)
        let text = String(decoding: answer.payload, as: UTF8.self)
        #expect(!text.isEmpty)
        #expect(server.streams[0].closures.count == 1)
    }

    @Test("an answer that is complete before the request can tell the client to stop, with NO_ERROR")
    func earlyAnswer() throws {
        let pair = try SessionPair()
        let stream = pair.client.call(request(), framed("one of many"), end: false)
        pair.run()
        let served = pair.server.streams[0]
        pair.server.session.respond(served, OutgoingResponse())
        pair.server.session.send(served, framed("enough"))
        pair.server.session.finish(served, OutgoingTrailers(status: .ok))
        let down = pair.server.output()
        #expect(RawFrame.parse(down).map(\.type) == [1, 0, 1])
        #expect(served.log.last == "answered early")
        pair.server.session.endEarly(served)
        let stop = pair.server.output()
        #expect(RawFrame.parse(stop).map(\.type) == [3])
        #expect(RawFrame.parse(stop).last?.payload == [0, 0, 0, 0])
        pair.client.input(down + stop)
        pair.run()
        #expect(stream.log == ["head", "data", "trailers", "closed"])
        #expect(stream.messages == [Array("enough".utf8)])
        #expect(served.closures.map(\.code) == [.noError] && stream.closures.map(\.code) == [.noError])
    }

    @Test("a client that gets early trailers resets its half with NO_ERROR")
    func earlyTrailers() throws {
        let client = try Side(.client, HTTP2Configuration())
        let stream = client.call(request(), framed("one"), end: false)
        _ = client.output()
        let trailersOnly = RawFrame(
            RawFrame.Kind.headers, flags: 5, stream: 1,
            RawFrame.block([(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "8")]))
        client.input(RawFrame(RawFrame.Kind.settings).bytes + trailersOnly.bytes)
        let frames = RawFrame.parse(client.output()).filter { $0.type == RawFrame.Kind.reset }
        #expect(frames == [RawFrame(RawFrame.Kind.reset, stream: 1, [0, 0, 0, 0])])
        #expect(stream.log == ["head end", "closed"])
        #expect(stream.responseHead.status?.code == .resourceExhausted)
    }

    @Test("interim responses are skipped")
    func interim() throws {
        let client = try Side(.client, HTTP2Configuration())
        let stream = client.call()
        _ = client.output()
        let interim = RawFrame(
            RawFrame.Kind.headers, flags: 4, stream: 1, RawFrame.block([(":status", "103"), ("link", "x")]))
        let final = RawFrame(
            RawFrame.Kind.headers, flags: 4, stream: 1,
            RawFrame.block([(":status", "200"), ("content-type", "application/grpc"), ("a", "b")]))
        let trailers = RawFrame(RawFrame.Kind.headers, flags: 5, stream: 1, RawFrame.block([("grpc-status", "0")]))
        client.input(RawFrame(RawFrame.Kind.settings).bytes + interim.bytes + interim.bytes + final.bytes)
        #expect(stream.log == ["head"])
        #expect(stream.responseHead.metadata == ["a": "b"])
        client.input(trailers.bytes)
        #expect(stream.log == ["head", "trailers", "closed"])
    }

    @Test("request trailers count only as the end of the stream")
    func requestTrailers() throws {
        let server = try Side(.server, HTTP2Configuration())
        let trailers = RawFrame(RawFrame.Kind.headers, flags: 5, stream: 1, RawFrame.block([("late", "field")]))
        server.input(RawFrame.hello + RawFrame.call(1).bytes + trailers.bytes)
        #expect(server.streams[0].log == ["head", "end"])
        #expect(server.streams[0].requestHead.metadata.isEmpty)
    }

    @Test("what a handler cannot send is left out, the rest arrives")
    func badMetadata() throws {
        let pair = try SessionPair()
        let stream = pair.client.call()
        pair.run()
        let metadata: Metadata = ["good": "1", "grpc-status": "0", "bad name": "x", "line": "a\r\nb", "Upper": "2"]
        pair.server.session.finish(
            pair.server.streams[0], OutgoingTrailers(status: Status(.aborted), metadata: metadata))
        pair.run()
        #expect(stream.responseHead.status?.code == .aborted)
        #expect(stream.responseHead.metadata == ["good": "1", "upper": "2"])
    }

    @Test("a full queue tells when it has room again, once")
    func drained() throws {
        var configuration = HTTP2Configuration()
        configuration.sendHighWater = 10_000
        let pair = try SessionPair(client: configuration)
        let stream = pair.client.call(end: false)
        for _ in 0..<3 { pair.client.session.send(stream, framed(zeros: 3_000)) }
        pair.run()
        #expect(!stream.log.contains("drained"))
        for _ in 0..<10 { pair.client.session.send(stream, framed(zeros: 3_000)) }
        #expect(pair.client.session.queuedBytes(stream) == 30_050)
        pair.run()
        #expect(stream.log.count { $0 == "drained" } == 1)
        #expect(pair.client.session.queuedBytes(stream) == 0)
    }

    @Test("pings are answered and both ends are told")
    func ping() throws {
        let pair = try SessionPair()
        pair.server.session.ping(0x0102_0304_0506_0708)
        pair.run()
        #expect(pair.client.log.last == "ping")
        #expect(pair.server.log.last == "pong 102030405060708")
    }

    @Test("output is the same in pieces of any size", arguments: [1, 2, 9, 100, 4096])
    func pieces(_ size: Int) throws {
        let pair = try SessionPair(exchange: false)
        let whole = try SessionPair(exchange: false)
        for side in [pair.client, whole.client] {
            for length in [0, 5, 20_000] { side.call(request(), framed(zeros: length)) }
        }
        let isSame = pair.client.output(size: size) == whole.client.output()
        #expect(isSame)
    }

    @Test("the linked features are named in one line")
    func features() {
        let text = LinkedFeatures.describe
        #expect(text.hasPrefix("libnghttp2 1.") && !text.contains("\n"))
        #expect(text.contains("stream reset rate limit") && text.contains("continuation limit"))
    }
}
