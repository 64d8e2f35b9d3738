// SPDX-License-Identifier: Apache-2.0

/// One stream: what arrived on it and what waits to leave. The connection subclasses it for its own state.
///
/// Confined to the session's event loop; what lies on every message's path is not checked for exclusive access, because
/// nothing is called back while it changes. The session retains it from `submit` (client) or from the first header
/// (server) until it is closed.
///
/// Open because a class that other modules of the package may inherit from has to be; its initialiser is not public.
open class HTTP2Stream {
    /// 0 until the request went to the session's library.
    @exclusivity(unchecked) package final var id: Int32 = 0
    /// Server: filled while headers arrive.
    @exclusivity(unchecked) package final var requestHead = RequestHead()
    /// Client: the response headers. Of a trailers-only response, the status is here too.
    @exclusivity(unchecked) package final var responseHead = ResponseHead()
    /// Client.
    @exclusivity(unchecked) package final var trailers = Trailers()
    @exclusivity(unchecked) package final var deframer = MessageDeframer()
    @exclusivity(unchecked) package final var isClosed = false
    /// The peer has sent all it will.
    @exclusivity(unchecked) package final var isRemoteClosed = false

    /// The largest message to accept, if not the session's. Client: set before `submit`.
    package final var maxMessageBytes: Int?

    // All that follows belongs to the session.

    @exclusivity(unchecked) final var sendQueue = SendQueue()
    @exclusivity(unchecked) final var pendingRequest: OutgoingRequest?
    @exclusivity(unchecked) final var pendingTrailers: OutgoingTrailers?
    /// Received bytes whose flow-control window was not returned yet.
    @exclusivity(unchecked) final var unreturnedBytes = 0
    /// The `receive` in which `data` was recorded last.
    final var dataBurst: UInt64 = 0
    final var resetCode: HTTP2ErrorCode?
    /// RST_STREAM came.
    final var isResetByPeer = false
    /// Which list it is in.
    final var membership = StreamList.Membership.none
    final var next: Unmanaged<HTTP2Stream>?
    final var previous: Unmanaged<HTTP2Stream>?
    /// Client: the final response headers are complete. Server: `respond` was called.
    final var hasHead = false
    /// Server: the request headers are complete.
    final var isRequestComplete = false
    /// Client: the request headers are on their way and can no longer be taken back.
    final var isRequestOut = false
    final var isFinished = false
    /// END_STREAM was handed to the library.
    final var isLocalClosed = false
    /// The library waits for `resume`.
    final var isDeferred = false
    final var wasFull = false

    package init() {}
}
