// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

/// Two sessions, random everything: splits, streams, messages, resets, readers that lag.
@Suite(.timeLimit(.minutes(2))) struct SessionPropertyTests {
    private final class Exchange {
        var random: SplitMix64
        let pair: SessionPair
        /// What each client stream sent, and what its server stream sent, by path.
        var sentUp: [String: [[UInt8]]] = [:]
        var sentDown: [String: [[UInt8]]] = [:]
        var wasReset: Set<String> = []
        var names: [ObjectIdentifier: String] = [:]
        var finishedUp: Set<String> = []
        var finishedDown: Set<String> = []
        var up: [UInt8] = []
        var down: [UInt8] = []

        init(seed: UInt64) throws {
            random = SplitMix64(seed: seed)
            var configuration = HTTP2Configuration()
            configuration.initialStreamWindow = Int.random(in: 1_000...200_000, using: &random)
            configuration.connectionWindow = 65_535 + Int.random(in: 0...200_000, using: &random)
            configuration.connectionBufferBound = Int.random(in: 1_000...2_000_000, using: &random)
            configuration.maxConcurrentStreams = Int.random(in: 1...20, using: &random)
            configuration.resetBurst = 1_000_000
            pair = try SessionPair(client: configuration, server: configuration, exchange: false)
            pair.server.onEvent = { [unowned self] side, event in
                if case .head(let stream, _) = event {
                    self.names[ObjectIdentifier(stream)] = stream.requestHead.pathText
                    (stream as? TestStream)?.reads = false
                    side.session.respond(stream, OutgoingResponse())
                }
            }
        }

        func message() -> [UInt8] {
            let length = Int.random(in: 0...1 << Int.random(in: 0...16, using: &random), using: &random)
            return [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: length)
        }

        func step() {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: open()
            case 1...3: sendUp()
            case 4...6: sendDown()
            case 7: finishOne()
            case 8: if Int.random(in: 0..<6, using: &random) == 0 { resetOne() }
            case 9: read(pair.client)
            case 10: read(pair.server)
            default: break
            }
            carry()
        }

        private func open() {
            let name = "/p/\(pair.client.streams.count)"
            sentUp[name] = []
            sentDown[name] = []
            let stream = pair.client.call(request(name), nil, end: false)
            stream.reads = false
            names[ObjectIdentifier(stream)] = name
        }

        private func open(_ side: Side) -> (TestStream, String)? {
            guard let stream = side.streams.filter({ !$0.isClosed }).randomElement(using: &random),
                let name = names[ObjectIdentifier(stream)]
            else { return nil }
            return (stream, name)
        }

        private func sendUp() {
            guard let (stream, name) = open(pair.client), !finishedUp.contains(name) else { return }
            let message = message()
            sentUp[name, default: []].append(message)
            pair.client.session.send(stream, framed(message))
        }

        private func sendDown() {
            guard let (stream, name) = open(pair.server), !finishedDown.contains(name) else { return }
            let message = message()
            sentDown[name, default: []].append(message)
            pair.server.session.send(stream, framed(message))
        }

        private func finishOne() {
            if Bool.random(using: &random) {
                guard let (stream, name) = open(pair.client), finishedUp.insert(name).inserted else { return }
                pair.client.session.finish(stream, nil)
            } else {
                // Only after the request ended: an early answer cuts the request off, which another test covers.
                guard let (stream, name) = open(pair.server), stream.isRemoteClosed, finishedDown.insert(name).inserted
                else { return }
                pair.server.session.finish(stream, OutgoingTrailers(status: .ok))
            }
        }

        private func resetOne() {
            let side = Bool.random(using: &random) ? pair.client : pair.server
            guard let (stream, name) = open(side) else { return }
            wasReset.insert(name)
            side.session.reset(stream, .cancel)
            side.handleEvents()
        }

        private func read(_ side: Side) {
            for stream in side.streams where Bool.random(using: &random) { side.read(stream) }
        }

        /// Moves some of what is under way, in random pieces.
        private func carry() {
            up += pair.client.output(size: Int.random(in: 1...5_000, using: &random))
            down += pair.server.output(size: Int.random(in: 1...5_000, using: &random))
            let (first, second) = (part(&up), part(&down))
            if !first.isEmpty { pair.server.input(first) }
            if !second.isEmpty { pair.client.input(second) }
        }

        private func part(_ bytes: inout [UInt8]) -> [UInt8] {
            let count = min(
                bytes.count, Int.random(in: 0...1 << Int.random(in: 0...17, using: &random), using: &random))
            defer { bytes.removeFirst(count) }
            return Array(bytes[..<count])
        }

        /// Ends all streams and carries everything there is.
        func settle() {
            for _ in 0..<10_000 {
                for stream in pair.client.streams where !stream.isClosed {
                    if let name = names[ObjectIdentifier(stream)], finishedUp.insert(name).inserted {
                        pair.client.session.finish(stream, nil)
                    }
                }
                for stream in pair.server.streams where !stream.isClosed && stream.isRemoteClosed {
                    if let name = names[ObjectIdentifier(stream)], finishedDown.insert(name).inserted {
                        pair.server.session.finish(stream, OutgoingTrailers(status: .ok))
                    }
                }
                for side in [pair.client, pair.server] { for stream in side.streams { side.read(stream) } }
                up += pair.client.output()
                down += pair.server.output()
                if up.isEmpty, down.isEmpty { return }
                if !up.isEmpty { pair.server.input(up) }
                if !down.isEmpty { pair.client.input(down) }
                up = []
                down = []
            }
        }
    }

    @Test("every message arrives in order, every stream closes once, all windows come back", arguments: 1...40)
    func exchange(_ seed: UInt64) throws {
        let exchange = try Exchange(seed: seed)
        for _ in 0..<400 { exchange.step() }
        exchange.settle()
        let pair = exchange.pair
        #expect(pair.client.error == nil && pair.server.error == nil)
        for (side, sent) in [(pair.client, exchange.sentDown), (pair.server, exchange.sentUp)] {
            for stream in side.streams {
                let name = try #require(exchange.names[ObjectIdentifier(stream)])
                let expected = try #require(sent[name])
                #expect(stream.closures.count == 1, "\(name)")
                if exchange.wasReset.contains(name) {
                    let isPrefix = expected.starts(with: stream.messages)
                    #expect(isPrefix, "\(name)")
                    side.session.discardUnread(stream)
                } else {
                    let isSame = stream.messages == expected
                    #expect(isSame, "\(name)")
                }
            }
            #expect(
                side.session.bufferedBytes == 0 && side.session.liveStreamCount == 0 && side.session.pendingCount == 0)
        }
        // The connection windows are whole: far more than one of them passes in each direction.
        exchange.pair.server.onEvent = { _, _ in }
        pair.serveEcho()
        for _ in 0..<20 {
            let echo = pair.client.call(request(), framed(zeros: 60_000))
            pair.run()
            #expect(echo.messages.map(\.count) == [60_000])
        }
    }
}
