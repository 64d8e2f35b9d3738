// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2
internal import SkeinCore

/// What a server sends.
extension HTTP2Session {
    /// Sends the response headers and opens the stream for messages.
    package func respond(_ stream: HTTP2Stream, _ head: borrowing OutgoingResponse) {
        guard canRespond(stream) else { return }
        stream.hasHead = true
        writer.writeResponse(head)
        var source = nghttp2_data_provider(
            source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()),
            read_callback: SessionCallbacks.dataSource)
        nghttp2_submit_response(library, stream.id, writer.pointer, writer.count, &source)
    }

    /// Ends the stream with one header block: nothing was sent before, no message will follow.
    package func respondTrailersOnly(
        _ stream: HTTP2Stream, _ trailers: borrowing OutgoingTrailers, httpStatus: Int = 200,
        contentSubtype: String = "proto", field: Rejection.Field? = nil
    ) {
        guard canRespond(stream) else { return }
        stream.hasHead = true
        stream.isFinished = true
        writer.writeTrailersOnly(trailers, httpStatus: httpStatus, contentSubtype: contentSubtype, field: field)
        nghttp2_submit_response(library, stream.id, writer.pointer, writer.count, nil)
    }

    package func reject(_ stream: HTTP2Stream, _ rejection: Rejection) {
        respondTrailersOnly(
            stream, OutgoingTrailers(status: rejection.status), httpStatus: rejection.httpStatus,
            field: rejection.field)
    }

    private func canRespond(_ stream: HTTP2Stream) -> Bool {
        role == .server && !isAborted && !stream.isClosed && !stream.hasHead && stream.resetCode == nil
    }

    /// A frame is out.
    func responseLeft(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = frame.pointee.hd
        guard header.type == UInt8(NGHTTP2_HEADERS.rawValue),
            header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
            let link = nghttp2_session_get_stream_user_data(library, header.stream_id)
        else { return }
        let stream = Unmanaged<HTTP2Stream>.fromOpaque(link).takeUnretainedValue()
        stream.isLocalClosed = true
        if !stream.isRemoteClosed { events.append(.answeredEarly(stream)) }
    }
}
