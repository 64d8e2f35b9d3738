// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2
internal import CSkein

/// Makes the library's side of a session.
enum SessionSetup {
    static func makeLibrary(_ role: SessionRole, _ configuration: HTTP2Configuration) throws(HTTP2Error)
        -> OpaquePointer
    {
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        var session: OpaquePointer?
        try check(nghttp2_session_callbacks_new(&callbacks))
        defer { nghttp2_session_callbacks_del(callbacks) }
        try check(nghttp2_option_new(&option))
        defer { nghttp2_option_del(option) }
        guard let callbacks, let option else {
            throw HTTP2Error(.internalError, "make an HTTP/2 session: out of memory")
        }
        SessionCallbacks.install(callbacks, role)
        apply(configuration, to: option)
        switch role {
        case .client: try check(nghttp2_session_client_new2(&session, callbacks, nil, option))
        case .server: try check(nghttp2_session_server_new2(&session, callbacks, nil, option))
        }
        guard let session else { throw HTTP2Error(.internalError, "make an HTTP/2 session: out of memory") }
        do throws(HTTP2Error) {
            try submitSettings(role, configuration, session)
            return session
        } catch {
            nghttp2_session_del(session)
            throw error
        }
    }

    private static func apply(_ configuration: HTTP2Configuration, to option: OpaquePointer) {
        nghttp2_option_set_no_auto_window_update(option, 1)
        // Metadata may have spaces at its ends in gRPC.
        nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1)
        nghttp2_option_set_peer_max_concurrent_streams(option, UInt32(clamping: configuration.assumedPeerStreams))
        // The library's own measure counts up to 12 bytes a field where ours counts 32.
        nghttp2_option_set_max_send_header_block_length(option, configuration.maxSentHeaderListBytes + 64)
        _ = skein_nghttp2_set_stream_reset_rate_limit(
            option, UInt64(max(0, configuration.resetBurst)), UInt64(max(0, configuration.resetRate)))
    }

    private static func submitSettings(
        _ role: SessionRole, _ configuration: HTTP2Configuration, _ session: OpaquePointer
    ) throws(HTTP2Error) {
        let window = Int32(clamping: configuration.initialStreamWindow)
        var settings = [
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, Int(window)),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, configuration.maxHeaderListBytes),
            entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        switch role {
        case .client: settings.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        case .server:
            settings.append(entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, configuration.maxConcurrentStreams))
        }
        if configuration.maxFrameSize != 16_384 {
            settings.append(entry(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, configuration.maxFrameSize))
        }
        try check(nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count))
        let connectionWindow = Int32(clamping: configuration.connectionWindow)
        try check(
            nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, connectionWindow))
    }

    private static func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }

    private static func check(_ result: Int32) throws(HTTP2Error) {
        guard result < 0 else { return }
        throw HTTP2Error(.internalError, "make an HTTP/2 session: \(text(result, ""))")
    }

    static func text(_ result: Int32, _ diagnostic: String) -> String {
        let text = nghttp2_strerror(result).map { String(cString: $0) } ?? "error \(result)"
        return diagnostic.isEmpty ? text : "\(text): \(diagnostic)"
    }

    static func code(_ result: Int32) -> HTTP2ErrorCode {
        switch nghttp2_error(result) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC, NGHTTP2_ERR_PROTO: .protocolError
        case NGHTTP2_ERR_FLOODED: .enhanceYourCalm
        case NGHTTP2_ERR_FLOW_CONTROL: .flowControlError
        case NGHTTP2_ERR_HEADER_COMP: .compressionError
        default: .internalError
        }
    }
}
