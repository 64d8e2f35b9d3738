// SPDX-License-Identifier: Apache-2.0

/// The end of a connection whose calls have had their time.
extension HTTP2Session {
    /// Calls `body` for every live stream, which it may end.
    package func forEachLiveStream(_ body: (HTTP2Stream) -> Void) {
        var following = live.first
        while let stream = following {
            following = stream.next?.takeUnretainedValue()
            body(stream)
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
