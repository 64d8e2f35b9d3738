// SPDX-License-Identifier: Apache-2.0

/// The end of a connection whose calls have had their time.
extension HTTP2Session {
    /// Resets every live stream.
    package func resetAll(_ code: HTTP2ErrorCode) {
        var following = live.first
        while let stream = following {
            following = stream.next?.takeUnretainedValue()
            reset(stream, code)
        }
    }

    /// Visits live streams, the newest first, until `body` returns `false`. It may end the stream it gets.
    package func visitNewestFirst(_ body: (HTTP2Stream) -> Bool) {
        var following = live.last
        while let stream = following {
            following = stream.previous?.takeUnretainedValue()
            guard body(stream) else { return }
        }
    }
}
