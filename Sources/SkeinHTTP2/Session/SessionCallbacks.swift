// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// What libnghttp2 calls. None captures anything; the user data is the session, which outlives the library's side.
enum SessionCallbacks {
    static func install(_ callbacks: OpaquePointer, _ role: SessionRole) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, session in
            guard let frame, let session else { return SessionCallbacks.failure }
            return SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.beginHeaders(frame) }
        }
        nghttp2_session_callbacks_set_on_header_callback2(callbacks) { _, _, name, value, _, session in
            guard let session else { return SessionCallbacks.failure }
            let name = SessionCallbacks.bytes(name)
            let value = SessionCallbacks.bytes(value)
            let goesOn = SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.header(name, value) }
            return goesOn ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        nghttp2_session_callbacks_set_on_invalid_header_callback2(callbacks) { _, _, name, value, _, _ in
            let isMalformed = HTTP2Session.isMalformed(SessionCallbacks.bytes(name), SessionCallbacks.bytes(value))
            return isMalformed ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue : 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, session in
            guard let frame, let session else { return SessionCallbacks.failure }
            SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.frameReceived(frame) }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, length, session in
            guard let session else { return SessionCallbacks.failure }
            let bytes = UnsafeRawBufferPointer(start: bytes, count: length)
            SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.dataReceived(id, bytes) }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, session in
            guard let session else { return SessionCallbacks.failure }
            SessionCallbacks.session(session)._withUnsafeGuaranteedRef {
                $0.streamClosed(id, HTTP2ErrorCode(rawValue: code))
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, error, session in
            guard let frame, let session else { return SessionCallbacks.failure }
            SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.frameNotSent(frame, error) }
            return 0
        }
        nghttp2_session_callbacks_set_error_callback2(callbacks) { _, _, text, length, session in
            guard let session else { return 0 }
            let text = UnsafeRawBufferPointer(start: text, count: min(length, 256))
            SessionCallbacks.session(session)._withUnsafeGuaranteedRef {
                $0.diagnostic = String(decoding: text, as: UTF8.self)
            }
            return 0
        }
        installSending(callbacks, role)
    }

    private static func installSending(_ callbacks: OpaquePointer, _ role: SessionRole) {
        switch role {
        case .client:
            nghttp2_session_callbacks_set_before_frame_send_callback(callbacks) { _, frame, session in
                guard let frame, let session else { return 0 }
                SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.frameLeaves(frame) }
                return 0
            }
        case .server:
            nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, session in
                guard let header, let session else { return SessionCallbacks.failure }
                SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.frameBegins(header) }
                return 0
            }
            nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, session in
                guard let frame, let session else { return 0 }
                SessionCallbacks.session(session)._withUnsafeGuaranteedRef { $0.responseLeft(frame) }
                return 0
            }
        }
    }

    /// Reads from a stream's queue into a DATA frame. The source is the stream.
    static let dataSource: nghttp2_data_source_read_callback = { _, _, target, capacity, flags, source, session in
        guard let target, let flags, let session, let stream = source?.pointee.ptr else {
            return Int(SessionCallbacks.failure)
        }
        let buffer = UnsafeMutableRawBufferPointer(start: target, count: capacity)
        return SessionCallbacks.session(session)._withUnsafeGuaranteedRef { session in
            Unmanaged<HTTP2Stream>.fromOpaque(stream)._withUnsafeGuaranteedRef { session.fill(buffer, $0, flags) }
        }
    }

    static let failure = NGHTTP2_ERR_CALLBACK_FAILURE.rawValue

    private static func session(_ pointer: UnsafeMutableRawPointer) -> Unmanaged<HTTP2Session> {
        Unmanaged.fromOpaque(pointer)
    }

    private static func bytes(_ buffer: OpaquePointer?) -> UnsafeRawBufferPointer {
        guard let buffer else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let slice = nghttp2_rcbuf_get_buf(buffer)
        return UnsafeRawBufferPointer(start: slice.base, count: slice.len)
    }
}
