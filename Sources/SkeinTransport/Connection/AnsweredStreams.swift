// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinHTTP2

/// The streams of a server whose answer is out while the client still sends, oldest first.
///
/// They are not reset at once, as a proxy that reads the reset together with the answer may pass on the reset alone
/// (HAProxy does). Most clients end a stream when they have its answer; what others may send meanwhile, the stream's
/// window bounds.
struct AnsweredStreams {
    /// What the answer gets to arrive.
    static let patience = Duration.milliseconds(250)

    private var streams = CircularBuffer<(stream: ServerStream, until: ContinuousClock.Instant)>()

    var isEmpty: Bool { streams.isEmpty }

    mutating func add(_ stream: ServerStream, at now: ContinuousClock.Instant) {
        streams.append((stream, now + AnsweredStreams.patience))
    }

    /// Those whose time is over.
    mutating func due(at now: ContinuousClock.Instant) -> [ServerStream] {
        var due: [ServerStream] = []
        while let first = streams.first, first.stream.isClosed || first.until <= now {
            streams.removeFirst()
            if !first.stream.isClosed { due.append(first.stream) }
        }
        return due
    }

    /// When there may be more.
    var next: ContinuousClock.Instant? { streams.first?.until }
}
