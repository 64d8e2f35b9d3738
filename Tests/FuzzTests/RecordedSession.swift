// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2

/// What a client and a server said to each other, as frames: the seeds of the sessions' fuzzing.
struct RecordedSession {
    /// After the client's preface.
    private(set) var fromClient: [[UInt8]] = []
    private(set) var fromServer: [[UInt8]] = []
    /// What the client called.
    let calls: [Call]

    struct Call {
        var request: OutgoingRequest
        var message: Buffer
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static let all: [RecordedSession] = {
        let lengths: [[Int]] = [[5], [0, 100, 3_000], [20_000, 1], [1, 1, 1, 1, 1, 1]]
        return lengths.compactMap { try? RecordedSession(messages: $0) }
    }()

    /// Calls with messages of these lengths, each echoed by the server.
    init(messages: [Int]) throws {
        calls = messages.enumerated().map { index, length in
            let metadata: Metadata = index % 2 == 0 ? [:] : ["x-name": "value", "x-data-bin": .binary([1, 2, 3])]
            let request = OutgoingRequest(
                path: "/test.Echo/Say", authority: "localhost", timeout: .seconds(index + 1), metadata: metadata,
                userAgent: "test", encoding: index % 2 == 0 ? nil : "gzip", acceptEncoding: "identity,gzip")
            return Call(request: request, message: framed([UInt8](repeating: 65, count: length)))
        }
        let client = FuzzedClient(try HTTP2Session(role: .client))
        let server = FuzzedServer(try HTTP2Session(role: .server))
        client.start(calls)
        client.side.session.ping(7)
        for round in 0..<20 {
            let (up, down) = (client.side.output(), server.side.output())
            if round == 3 { server.side.session.goAway(lastStreamID: .max) }
            fromClient += RecordedSession.frames(up.starts(with: Self.preface) ? up.dropFirst(24) : up[...])
            fromServer += RecordedSession.frames(down[...])
            server.side.input(up)
            client.side.input(down)
        }
    }

    /// `bytes` taken apart.
    private static func frames(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var rest = bytes
        while rest.count >= 9 {
            let length = 9 + rest.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            frames.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return frames
    }
}

func framed(_ bytes: [UInt8]) -> Buffer {
    var buffer = MessageFramer.makeBuffer(capacity: bytes.count)
    buffer.append(bytes.span.bytes)
    MessageFramer.seal(&buffer)
    return buffer
}
