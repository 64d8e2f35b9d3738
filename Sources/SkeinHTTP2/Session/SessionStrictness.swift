// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// What RFC 9113 forbids a client and the library lets pass.
extension HTTP2Session {
    /// A client that starts streams without gaps never needs more; of one that leaves gaps, the newest are known.
    private static let maxGaps = 16

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

    /// Sends GOAWAY; the library ignores what comes after it.
    private func breaks(_ reason: String) {
        diagnostic = reason
        nghttp2_session_terminate_session(library, HTTP2ErrorCode.protocolError.rawValue)
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
    /// its request is malformed, as its name is none, or its value may end a field for who passes it on (section 8.2.1).
    static func isMalformed(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        nghttp2_check_header_name(name.bindMemory(to: UInt8.self).baseAddress, name.count) == 0
            || value.contains { $0 == 0 || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    }
}
