// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// What the library reports about the peer's frames.
extension HTTP2Session {
    /// A stream of the library's, by its id.
    private func stream(_ id: Int32) -> Unmanaged<HTTP2Stream>? {
        nghttp2_session_get_stream_user_data(library, id).map { Unmanaged.fromOpaque($0) }
    }

    func beginHeaders(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
        headersStream = nil
        guard frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return 0 }
        let id = frame.pointee.hd.stream_id
        if role == .server, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
            requestBegins(id)
            let stream = makeStream()
            stream.id = id
            stream.deframer.limit = configuration.maxMessageBytes
            let link = Unmanaged.passUnretained(stream)
            guard nghttp2_session_set_stream_user_data(library, id, link.toOpaque()) == 0 else {
                return SessionCallbacks.failure
            }
            live.append(stream)
            headersStream = link
        } else if let link = stream(id) {
            // A response starts over after each interim response.
            if role == .client { link._withUnsafeGuaranteedRef { if !$0.hasHead { $0.responseHead = ResponseHead() } } }
            headersStream = link
        }
        return 0
    }

    /// `false`: the rest of the block need not be reported.
    func header(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        let limit = configuration.maxHeaderListBytes
        headersStream?._withUnsafeGuaranteedRef { stream in
            switch (role, stream.hasHead) {
            case (.client, false): stream.responseHead.append(name: name, value: value, limit: limit)
            case (.client, true): stream.trailers.append(name: name, value: value, limit: limit)
            case (.server, _):
                // Request trailers are not gRPC's; they are skipped.
                if !stream.isRequestComplete { stream.requestHead.append(name: name, value: value, limit: limit) }
            }
        }
        guard role == .server, headersStream?._withUnsafeGuaranteedRef({ $0.requestHead.isOverLimit }) == true else {
            return true
        }
        return !isHeaderBomb
    }

    func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_HEADERS, NGHTTP2_DATA:
            isHeaderBlockOpen = false
            let ends = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
            guard let stream = stream(header.stream_id)?.takeUnretainedValue() else { return }
            if ends { stream.isRemoteClosed = true }
            if header.type == UInt8(NGHTTP2_DATA.rawValue) {
                if ends { events.append(.endStream(stream)) }
            } else if role == .server {
                requestHeadersComplete(stream, ends)
            } else {
                responseHeadersComplete(stream, ends)
            }
        case NGHTTP2_RST_STREAM: stream(header.stream_id)?._withUnsafeGuaranteedRef { $0.isResetByPeer = true }
        case NGHTTP2_SETTINGS: settingsReceived(header)
        case NGHTTP2_PING: pingReceived(frame.pointee.ping)
        case NGHTTP2_GOAWAY: goAwayReceived(frame.pointee.goaway)
        default: break
        }
    }

    private func requestHeadersComplete(_ stream: HTTP2Stream, _ ends: Bool) {
        if !stream.isRequestComplete {
            stream.isRequestComplete = true
            stream.deframer.acceptsCompressed = !stream.requestHead.isIdentityEncoded
            events.append(.head(stream, endStream: ends))
        } else if ends {
            events.append(.endStream(stream))
        }
    }

    private func responseHeadersComplete(_ stream: HTTP2Stream, _ ends: Bool) {
        if stream.hasHead {
            events.append(.trailers(stream))
        } else if !(100..<200).contains(stream.responseHead.httpStatus) {
            stream.hasHead = true
            stream.deframer.acceptsCompressed = !stream.responseHead.isIdentityEncoded
            events.append(.head(stream, endStream: ends))
        }
        if ends, !stream.isLocalClosed { endEarly(stream) }
    }

    private func settingsReceived(_ header: nghttp2_frame_hd) {
        guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0 else { return }
        peerStreamLimit = Int(nghttp2_session_get_remote_settings(library, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
        events.append(.remoteSettings)
    }

    private func pingReceived(_ ping: nghttp2_ping) {
        let opaque = withUnsafeBytes(of: ping.opaque_data) { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
        let isAnswer = ping.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
        events.append(isAnswer ? .pingAcknowledged(opaque) : .ping)
    }

    private func goAwayReceived(_ goAway: nghttp2_goaway) {
        hasGoneAway = true
        let debugData = UnsafeRawBufferPointer(start: goAway.opaque_data, count: min(goAway.opaque_data_len, 1024))
        events.append(
            .goAway(
                lastStreamID: goAway.last_stream_id, code: HTTP2ErrorCode(rawValue: goAway.error_code),
                debugData: Array(debugData)))
        failPending(cause: .peer)
    }

    func dataReceived(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let link = stream(id) else {
            // Nobody will read it: only the connection's window has to come back.
            nghttp2_session_consume_connection(library, bytes.count)
            return
        }
        burstBytes += bytes.count
        bufferedBytes += bytes.count
        let stream = link.takeUnretainedValue()
        stream.unreturnedBytes += bytes.count
        stream.deframer.append(bytes)
        guard stream.dataBurst != burst else { return }
        stream.dataBurst = burst
        events.append(.data(stream))
    }

    func streamClosed(_ id: Int32, _ code: HTTP2ErrorCode) {
        guard let stream = stream(id)?.takeUnretainedValue() ?? live.first(withID: id) else { return }
        let isViolation = code == .protocolError || code == .flowControlError || code == .streamClosed
        let cause: StreamClosure.Cause =
            stream.resetCode != nil ? .local : isViolation && !stream.isResetByPeer ? .violation : .peer
        let fate: StreamClosure.Fate =
            role == .client && !stream.isRequestOut
            ? .unsent : code == .refusedStream && cause == .peer ? .refused : .processed
        close(stream, StreamClosure(code: code, fate: fate, cause: cause))
    }
}
