// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2
internal import CSkein

/// One HTTP/2 connection without its socket: bytes go in, events and bytes come out. Speaks through libnghttp2.
///
/// Confined to one event loop. Nothing is called back from within: events are recorded, and taken with `takeEvents`.
/// After every burst of calls, `pump` until it returns 0 and write what it gave.
package final class HTTP2Session {
    package let role: SessionRole
    package let configuration: HTTP2Configuration
    let makeStream: () -> HTTP2Stream
    let library: OpaquePointer

    // On every message's path, and nothing is called back while they change: not checked for exclusive access.
    @exclusivity(unchecked) var events: [SessionEvent] = []
    @exclusivity(unchecked) var live = StreamList(.live)
    @exclusivity(unchecked) var pending = StreamList(.pending)
    @exclusivity(unchecked) var writer = HeaderWriter()

    /// The stream whose header block is arriving, maybe in pieces; blocks are never interleaved.
    @exclusivity(unchecked) var headersStream: Unmanaged<HTTP2Stream>?
    /// Server: how many header blocks have begun, and whether the last one waits for more.
    @exclusivity(unchecked) package internal(set) var headerBlocks = 0
    @exclusivity(unchecked) package internal(set) var isHeaderBlockOpen = false
    /// Server: the newest stream, and those that the client left out before it.
    @exclusivity(unchecked) var lastRequestID: Int32 = 0
    @exclusivity(unchecked) var skippedIDs: [Range<Int32>] = []
    /// The number of this `receive`.
    var burst: UInt64 = 0
    /// DATA bytes of this `receive`, not yet returned to the connection window.
    var burstBytes = 0
    /// DATA bytes the application has not consumed.
    @exclusivity(unchecked) package internal(set) var bufferedBytes = 0
    /// Of these: the connection window is owed to the peer.
    var owedBytes = 0

    /// Bytes of messages that wait to be sent, on all streams.
    @exclusivity(unchecked) package internal(set) var queuedBytes = 0

    /// Output that did not fit the last buffer. The library keeps it until it is asked for more.
    private var remainder = UnsafeRawBufferPointer(start: nil, count: 0)
    var peerStreamLimit: Int
    var hasGoneAway = false
    var isAborted = false
    private var brokenBy: HTTP2Error?
    /// What the library last said about the peer's mistakes.
    package internal(set) var diagnostic = ""
    /// Client: what the server did so that the connection had to be given up.
    package internal(set) var violation: HTTP2Error?

    /// `makeStream` is called for each request that a client starts.
    package init(
        role: SessionRole, configuration: HTTP2Configuration = HTTP2Configuration(),
        makeStream: @escaping () -> HTTP2Stream = HTTP2Stream.init
    ) throws(HTTP2Error) {
        self.role = role
        self.configuration = configuration
        self.makeStream = makeStream
        peerStreamLimit = configuration.assumedPeerStreams
        library = try SessionSetup.makeLibrary(role, configuration)
        nghttp2_session_set_user_data(library, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        nghttp2_session_del(library)
        while let stream = live.first { live.remove(stream) }
        while let stream = pending.first { pending.remove(stream) }
    }

    package var liveStreamCount: Int { live.count }
    /// Requests that wait until the server allows another stream.
    package var pendingCount: Int { pending.count }
    package var hasEvents: Bool { !events.isEmpty }

    /// Feeds bytes from the peer. An error means that the connection is broken: pump what is left, close, `abort`.
    package func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Error) {
        if let brokenBy { throw brokenBy }
        guard !isAborted else { throw HTTP2Error(.internalError, "the connection was given up") }
        guard !bytes.isEmpty else { return }
        burst += 1
        let result = nghttp2_session_mem_recv(
            library, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
        returnConnectionWindow()
        guard result >= 0 else {
            let error = HTTP2Error(SessionSetup.code(Int32(result)), SessionSetup.text(Int32(result), diagnostic))
            brokenBy = error
            throw error
        }
        // What the library answers on its own piles up when the peer does not read it.
        if nghttp2_session_get_outbound_queue_size(library) > configuration.maxQueuedFrames {
            let error = HTTP2Error(.enhanceYourCalm, "the peer causes frames and does not read them")
            brokenBy = error
            throw error
        }
    }

    /// Moves all recorded events to `target`, replacing what it holds. Both arrays keep their memory.
    package func takeEvents(_ target: inout [SessionEvent]) {
        target.removeAll(keepingCapacity: true)
        swap(&events, &target)
    }

    /// Fills `buffer` with output and returns how much; 0 when there is nothing to send. Never call it from within.
    package func pump(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard !isAborted else { return 0 }
        var written = 0
        while written < buffer.count {
            if remainder.isEmpty {
                var bytes: UnsafePointer<UInt8>?
                let length = nghttp2_session_mem_send(library, &bytes)
                if length < 0, brokenBy == nil {
                    brokenBy = HTTP2Error(.internalError, SessionSetup.text(Int32(length), diagnostic))
                }
                if length <= 0 {
                    guard length == 0, admitPending() else { break }
                    continue
                }
                remainder = UnsafeRawBufferPointer(start: bytes, count: length)
            }
            let length = min(remainder.count, buffer.count - written)
            UnsafeMutableRawBufferPointer(rebasing: buffer[written...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: remainder[..<length]))
            remainder = UnsafeRawBufferPointer(rebasing: remainder[length...])
            written += length
        }
        return written
    }

    /// Nothing more will be read or written: close the connection, then `abort`.
    package var wantsToClose: Bool {
        if isAborted { return true }
        guard remainder.isEmpty, nghttp2_session_want_write(library) == 0 else { return false }
        if brokenBy != nil { return true }
        guard pending.count == 0 || !canSubmit else { return false }
        return nghttp2_session_want_read(library) == 0
    }

    /// The connection is lost: records `closed` for every stream and refuses everything from now on.
    package func abort() {
        guard !isAborted else { return }
        isAborted = true
        remainder = UnsafeRawBufferPointer(start: nil, count: 0)
        while let stream = live.first {
            let isUnsent = role == .client && !stream.isRequestOut
            close(
                stream,
                StreamClosure(code: .cancel, fate: isUnsent ? .unsent : .processed, cause: .connectionLost))
        }
        failPending(cause: .connectionLost)
    }

    /// Records that `stream` is gone, once.
    func close(_ stream: HTTP2Stream, _ closure: StreamClosure) {
        guard !stream.isClosed else { return }
        stream.isClosed = true
        dropQueue(of: stream)
        stream.pendingRequest = nil
        stream.pendingTrailers = nil
        if headersStream?.toOpaque() == Unmanaged.passUnretained(stream).toOpaque() { headersStream = nil }
        // The library may look for the stream again, and what it remembers is not retained.
        if stream.id != 0, !isAborted { nghttp2_session_set_stream_user_data(library, stream.id, nil) }
        events.append(.closed(stream, closure))
        switch stream.membership {
        case .live: live.remove(stream)
        case .pending: pending.remove(stream)
        case .none: break
        }
    }
}
