// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// Receive windows. A stream's is returned when the application consumes; the connection's on receipt, as long as
/// what waits for the application is below the bound, so that streams nobody reads do not stop the others.
extension HTTP2Session {
    /// At the end of each `receive`.
    func returnConnectionWindow() {
        guard burstBytes > 0 else { return }
        owedBytes += burstBytes
        burstBytes = 0
        payOwed()
    }

    private func payOwed() {
        guard owedBytes > 0, bufferedBytes < configuration.connectionBufferBound, !isAborted else { return }
        nghttp2_session_consume_connection(library, owedBytes)
        owedBytes = 0
    }

    /// The application took `bytes` of DATA (prefixes included), or a reader waits for them. Valid after the stream
    /// closed, too.
    package func consumed(_ stream: HTTP2Stream, _ bytes: Int) {
        let bytes = min(bytes, stream.unreturnedBytes)
        guard bytes > 0 else { return }
        stream.unreturnedBytes -= bytes
        bufferedBytes -= bytes
        if !stream.isClosed, !stream.isRemoteClosed, !isAborted {
            nghttp2_session_consume_stream(library, stream.id, bytes)
        }
        payOwed()
    }

    /// Returns the window of everything that was read from the stream's deframer since the last time, and, while a
    /// reader waits, of the message that is arriving.
    package func returnWindow(_ stream: HTTP2Stream, readerWaits: Bool) {
        consumed(stream, stream.deframer.takeCredit(readerWaits: readerWaits))
    }

    /// Drops what nobody will read.
    package func discardUnread(_ stream: HTTP2Stream) {
        stream.deframer.discard()
        consumed(stream, stream.unreturnedBytes)
    }
}
