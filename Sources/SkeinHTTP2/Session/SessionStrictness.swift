// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// What RFC 9113 forbids and the library lets pass.
extension HTTP2Session {
    /// A client that starts streams without gaps never needs more; of one that leaves gaps, the newest are known.
    private static let maxGaps = 16
    /// A header list over the limit ends its call; one that is so many times larger ends the connection.
    private static let bombFactor = 16

    /// A frame's header has arrived.
    func frameBegins(_ header: UnsafePointer<nghttp2_frame_hd>) {
        switch nghttp2_frame_type(UInt32(header.pointee.type)) {
        case NGHTTP2_HEADERS:
            let id = header.pointee.stream_id
            headerBlocks += 1
            isHeaderBlockOpen = true
            if id < lastRequestID, skippedIDs.contains(where: { $0.contains(id) }) {
                // The stream is closed (section 5.1.1).
                breaks("HEADERS for stream \(id) after stream \(lastRequestID)")
            }
        case NGHTTP2_PRIORITY:
            isHeaderBlockOpen = false
            // Section 6.3.
            if header.pointee.stream_id == 0 { breaks("PRIORITY for stream 0") }
        case NGHTTP2_CONTINUATION: break
        default: isHeaderBlockOpen = false
        }
    }

    /// A header block that is over the limit goes on. A few bytes of it can stand for many, so that its end must not be
    /// waited for.
    var isHeaderBomb: Bool {
        guard let stream = headersStream?.takeUnretainedValue() else { return false }
        let limit = configuration.maxHeaderListBytes * HTTP2Session.bombFactor
        guard stream.requestHead.headerBytes > limit else { return false }
        breaks("a header list of more than \(limit) bytes", .enhanceYourCalm)
        return true
    }

    /// Sends GOAWAY; the library ignores what comes after it.
    private func breaks(_ reason: String, _ code: HTTP2ErrorCode = .protocolError) {
        diagnostic = reason
        nghttp2_session_terminate_session(library, code.rawValue)
    }

    /// A client has started stream `id`: those that it skipped are closed, and must not be used any more.
    func requestBegins(_ id: Int32) {
        let expected = lastRequestID + (lastRequestID == 0 ? 1 : 2)
        if id > expected {
            if skippedIDs.count == HTTP2Session.maxGaps { skippedIDs.removeFirst() }
            skippedIDs.append(expected..<id)
        }
        lastRequestID = id
    }

    /// A field that the library found invalid and would leave out. `false`: so be it, gRPC bears odd metadata. `true`:
    /// its message is malformed, as its name is none, or its value may end a field for who passes it on (section 8.2.1).
    static func isMalformed(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        nghttp2_check_header_name(name.bindMemory(to: UInt8.self).baseAddress, name.count) == 0
            || value.contains { $0 == 0 || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    }
}
