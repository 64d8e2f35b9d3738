// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2
package import SkeinCore

/// What a client sends.
extension HTTP2Session {
    /// No GOAWAY came or went, and there are stream ids left.
    package var canSubmit: Bool {
        role == .client && !isAborted && !hasGoneAway && nghttp2_session_check_request_allowed(library) != 0
    }

    /// Starts a request, at once or when the server allows another stream. `message` is framed already.
    package func submit(
        _ stream: HTTP2Stream, _ request: borrowing OutgoingRequest, message: Buffer?, endStream: Bool
    ) {
        if let message { queue(message, on: stream) }
        if stream.sendQueue.count >= configuration.sendHighWater { stream.wasFull = true }
        stream.isFinished = endStream
        stream.deframer.limit = stream.maxMessageBytes ?? configuration.maxMessageBytes
        guard canSubmit else {
            close(
                stream, StreamClosure(code: .refusedStream, fate: .unsent, cause: isAborted ? .connectionLost : .peer))
            return
        }
        if pending.count == 0, live.count < peerStreamLimit {
            start(stream, request)
        } else {
            stream.pendingRequest = copy request
            pending.append(stream)
        }
    }

    /// Starts requests that wait, as far as the server allows; whether there were any.
    func admitPending() -> Bool {
        guard pending.count > 0, live.count < peerStreamLimit else { return false }
        guard canSubmit else {
            failPending(cause: .peer)
            return false
        }
        while live.count < peerStreamLimit, let stream = pending.first {
            pending.remove(stream)
            guard let request = stream.pendingRequest else { continue }
            stream.pendingRequest = nil
            start(stream, request)
        }
        return true
    }

    func failPending(cause: StreamClosure.Cause) {
        while let stream = pending.first {
            close(stream, StreamClosure(code: .refusedStream, fate: .unsent, cause: cause))
        }
    }

    private func start(_ stream: HTTP2Stream, _ request: borrowing OutgoingRequest) {
        writer.writeRequest(request)
        guard writer.listBytes <= configuration.maxSentHeaderListBytes else {
            close(stream, StreamClosure(code: .internalError, fate: .processed, cause: .headersTooLarge))
            return
        }
        let link = Unmanaged.passUnretained(stream).toOpaque()
        let id: Int32
        if stream.isFinished, stream.sendQueue.isEmpty {
            stream.isLocalClosed = true
            id = nghttp2_submit_request(library, nil, writer.pointer, writer.count, nil, link)
        } else {
            var source = nghttp2_data_provider(
                source: nghttp2_data_source(ptr: link), read_callback: SessionCallbacks.dataSource)
            id = nghttp2_submit_request(library, nil, writer.pointer, writer.count, &source, link)
        }
        guard id > 0 else {
            close(stream, StreamClosure(code: .refusedStream, fate: .unsent, cause: .peer))
            return
        }
        stream.id = id
        live.append(stream)
    }

    func frameLeaves(_ frame: UnsafePointer<nghttp2_frame>) {
        switch nghttp2_frame_type(UInt32(frame.pointee.hd.type)) {
        case NGHTTP2_HEADERS:
            // From here on the server may see the request.
            guard let stream = nghttp2_session_get_stream_user_data(library, frame.pointee.hd.stream_id) else { return }
            Unmanaged<HTTP2Stream>.fromOpaque(stream)._withUnsafeGuaranteedRef { $0.isRequestOut = true }
        case NGHTTP2_GOAWAY: goAwayLeaves(frame.pointee.goaway)
        default: break
        }
    }

    /// The library gives the connection up on its own when the server breaks HTTP/2, and says why in GOAWAY only.
    private func goAwayLeaves(_ goAway: nghttp2_goaway) {
        let code = HTTP2ErrorCode(rawValue: goAway.error_code)
        guard code != .noError else { return }
        let reason = UnsafeRawBufferPointer(start: goAway.opaque_data, count: min(goAway.opaque_data_len, 256))
        violation = HTTP2Error(code, reason.isEmpty ? diagnostic : String(decoding: reason, as: UTF8.self))
    }
}
