// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

package enum SessionRole: Sendable, Hashable {
    case client
    case server
}

/// The limits of one connection. All sizes in bytes.
package struct HTTP2Configuration: Sendable {
    /// What a peer may send on one stream before the application takes some of it.
    package var initialStreamWindow = 1 << 20
    /// What a peer may send on all streams before it hears from us.
    package var connectionWindow = 8 << 20
    /// While less than this waits for the application, the connection window is returned on receipt.
    package var connectionBufferBound = 16 << 20
    /// How many streams a client may have open. Announced by the server.
    package var maxConcurrentStreams = 1000
    /// How many streams to open before the server's first SETTINGS frame says how many it allows.
    package var assumedPeerStreams = 100
    /// The longest header list to accept: names and values, and 32 for each field. Announced.
    package var maxHeaderListBytes = 16 << 10
    /// The largest message to accept.
    package var maxMessageBytes = 4 << 20
    /// The largest frame to accept. Announced when it is not 16,384.
    package var maxFrameSize = 16_384
    /// A stream with this much waiting to be sent is full.
    package var sendHighWater = 64 << 10
    /// The longest header list to send, counted as `maxHeaderListBytes` is.
    package var maxSentHeaderListBytes = 1 << 20
    /// How many streams a client may reset at once, and how many a second after that. What a reset costs is bounded by
    /// the number of running handlers, so these are far above what deadlines and hedging cause.
    package var resetBurst = 20_000
    package var resetRate = 2_000

    /// The most frames that may wait to be sent. Only a peer that does not read, and makes us answer, gets near it.
    package var maxQueuedFrames = 20_000

    /// What messages may be compressed with.
    package var compressors = CompressorRegistry.builtIn

    package init() {}
}
