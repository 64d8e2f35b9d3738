// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2
package import SkeinCore

/// What both sides send.
extension HTTP2Session {
    /// Queues a framed message.
    package func send(_ stream: HTTP2Stream, _ message: Buffer) {
        guard !stream.isClosed, !stream.isFinished, stream.resetCode == nil else { return }
        queue(message, on: stream)
        if stream.sendQueue.count >= configuration.sendHighWater { stream.wasFull = true }
        resume(stream)
    }

    /// No more messages. A server ends the stream with trailers, a client with END_STREAM.
    package func finish(_ stream: HTTP2Stream, _ trailers: consuming OutgoingTrailers?) {
        guard !stream.isClosed, !stream.isFinished, stream.resetCode == nil else { return }
        if role == .server {
            let trailers = trailers ?? OutgoingTrailers(status: .ok)
            guard stream.hasHead else {
                respondTrailersOnly(stream, trailers)
                return
            }
            stream.isFinished = true
            if stream.sendQueue.isEmpty {
                // Not through the data source: it would wait for window that trailers do not need.
                submit(trailers, stream)
            } else {
                stream.pendingTrailers = trailers
            }
        } else {
            stream.isFinished = true
            resume(stream)
        }
    }

    /// Server: ends the stream with `trailers`, in place of messages that still wait.
    package func finishNow(_ stream: HTTP2Stream, _ trailers: OutgoingTrailers) {
        guard !stream.isFinished else { return }
        dropQueue(of: stream)
        finish(stream, trailers)
    }

    package func queuedBytes(_ stream: HTTP2Stream) -> Int { stream.sendQueue.count }

    func queue(_ message: Buffer, on stream: HTTP2Stream) {
        let before = stream.sendQueue.count
        stream.sendQueue.append(message)
        queuedBytes += stream.sendQueue.count - before
    }

    /// What waits to be sent on `stream` will not be.
    func dropQueue(of stream: HTTP2Stream) {
        queuedBytes -= stream.sendQueue.count
        stream.sendQueue.removeAll()
    }

    /// Resets the stream; one that was never submitted ends here and now.
    package func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard !stream.isClosed, stream.resetCode == nil, !isAborted else { return }
        stream.resetCode = code
        dropQueue(of: stream)
        stream.pendingTrailers = nil
        guard stream.id != 0 else {
            close(stream, StreamClosure(code: code, fate: .unsent, cause: .local))
            return
        }
        nghttp2_submit_rst_stream(library, 0, stream.id, code.rawValue)
    }

    /// Sends GOAWAY. `Int32.max` announces the end without turning streams away (a server's first of two; carries
    /// neither code nor debug data); `nil` stands for the last stream processed.
    package func goAway(lastStreamID: Int32? = nil, code: HTTP2ErrorCode = .noError, debugData: String = "") {
        guard !isAborted else { return }
        if lastStreamID == .max, role == .server {
            nghttp2_submit_shutdown_notice(library)
            return
        }
        let last = lastStreamID ?? nghttp2_session_get_last_proc_stream_id(library)
        var text = debugData
        text.withUTF8 { bytes in
            _ = nghttp2_submit_goaway(library, 0, last, code.rawValue, bytes.baseAddress, bytes.count)
        }
        hasGoneAway = true
        failPending(cause: .peer)
    }

    package func ping(_ opaque: UInt64) {
        guard !isAborted else { return }
        withUnsafeBytes(of: opaque.bigEndian) { bytes in
            _ = nghttp2_submit_ping(library, 0, bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
    }

    /// Tells the library that there is something to read from the stream's queue.
    private func resume(_ stream: HTTP2Stream) {
        guard stream.isDeferred, !isAborted else { return }
        stream.isDeferred = false
        nghttp2_session_resume_data(library, stream.id)
    }

    /// Moves queued bytes to a DATA frame. Called by the library while it is pumped.
    func fill(
        _ buffer: UnsafeMutableRawBufferPointer, _ stream: HTTP2Stream, _ flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let written = stream.sendQueue.read(into: buffer)
        queuedBytes -= written
        if stream.wasFull, stream.sendQueue.count < configuration.sendHighWater {
            stream.wasFull = false
            events.append(.drained(stream))
        }
        let isLast = stream.isFinished && stream.sendQueue.isEmpty
        if isLast, role == .client {
            stream.isLocalClosed = true
            flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        } else if isLast, let trailers = stream.pendingTrailers {
            stream.pendingTrailers = nil
            flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            submit(trailers, stream)
        } else if written == 0 {
            stream.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        return written
    }

    private func submit(_ trailers: OutgoingTrailers, _ stream: HTTP2Stream) {
        writer.writeTrailers(trailers)
        nghttp2_submit_trailer(library, stream.id, writer.pointer, writer.count)
    }

    /// A frame could not be sent: its stream is gone, or it is too large.
    func frameNotSent(_ frame: UnsafePointer<nghttp2_frame>, _ error: Int32) {
        guard frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return }
        let id = frame.pointee.hd.stream_id
        guard let stream = live.first(withID: id) else { return }
        if role == .client {
            let code = stream.resetCode ?? .refusedStream
            let cause: StreamClosure.Cause = stream.resetCode == nil ? .peer : .local
            close(stream, StreamClosure(code: code, fate: .unsent, cause: cause))
            return
        }
        switch nghttp2_error(error) {
        case NGHTTP2_ERR_STREAM_CLOSED, NGHTTP2_ERR_STREAM_CLOSING, NGHTTP2_ERR_STREAM_SHUT_WR,
            NGHTTP2_ERR_SESSION_CLOSING:
            break
        default: reset(stream, .internalError)
        }
    }

    /// Ends a stream whose other direction nobody needs: the answer is complete although the request is not.
    package func endEarly(_ stream: HTTP2Stream) {
        guard !stream.isClosed else { return }
        dropQueue(of: stream)
        nghttp2_submit_rst_stream(library, 0, stream.id, HTTP2ErrorCode.noError.rawValue)
    }
}
