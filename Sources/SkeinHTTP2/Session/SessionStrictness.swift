// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// What RFC 9113 forbids a client and the library lets pass.
extension HTTP2Session {
    /// A field that the library found invalid and would leave out. `false`: so be it, gRPC bears odd metadata. `true`:
    /// its message is malformed, as its name is none, or its value may end a field for who passes it on (section 8.2.1).
    static func isMalformed(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        nghttp2_check_header_name(name.bindMemory(to: UInt8.self).baseAddress, name.count) == 0
            || value.contains { $0 == 0 || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    }
}
