// SPDX-License-Identifier: Apache-2.0

/// What happened on a session. Recorded while bytes go in or out, handled afterwards.
package enum SessionEvent {
    /// A SETTINGS frame of the peer arrived.
    case remoteSettings
    /// A request or response header block is complete (interim responses are skipped).
    case head(HTTP2Stream, endStream: Bool)
    /// Client: the trailers are complete, and with them the stream's incoming side.
    case trailers(HTTP2Stream)
    /// Bytes were appended to the deframer. At most once for each stream in one `receive`.
    case data(HTTP2Stream)
    /// The peer has sent all it will: with a DATA frame, or server: with request trailers.
    case endStream(HTTP2Stream)
    /// Server: the answer is out, and the client still sends. `endEarly` tells it to stop.
    case answeredEarly(HTTP2Stream)
    /// The outbound queue fell below the high-water mark after having been at or above it.
    case drained(HTTP2Stream)
    /// The stream is gone. Exactly once for each stream given to or made by the session; possibly without a `head`.
    case closed(HTTP2Stream, StreamClosure)
    case goAway(lastStreamID: Int32, code: HTTP2ErrorCode, debugData: [UInt8])
    case ping
    case pingAcknowledged(UInt64)
}

/// How a stream ended.
package struct StreamClosure: Sendable, Hashable {
    /// What the peer's application may have seen of a request.
    package enum Fate: Sendable, Hashable {
        /// It was never written: it may go elsewhere freely.
        case unsent
        /// REFUSED_STREAM, or an id above GOAWAY's last: no application saw it.
        case refused
        case processed
    }

    package enum Cause: Sendable, Hashable {
        /// Both sides ended it, or the peer reset it.
        case peer
        /// `reset` was called.
        case local
        /// The library reset it: what the peer sent on it breaks HTTP/2.
        case violation
        case connectionLost
        /// Its request headers exceed `maxSentHeaderListBytes`.
        case headersTooLarge
    }

    package var code: HTTP2ErrorCode
    package var fate: Fate
    package var cause: Cause

    package init(code: HTTP2ErrorCode, fate: Fate, cause: Cause = .peer) {
        self.code = code
        self.fate = fate
        self.cause = cause
    }
}
