// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// Puts the gRPC prefix in front of a message: one byte that says whether it is compressed, four with its length.
@usableFromInline
package enum MessageFramer {
    @usableFromInline package static let prefixLength = 5

    /// A buffer to encode one message into, with room for the prefix.
    @usableFromInline
    package static func makeBuffer(capacity: Int) -> Buffer {
        Buffer(headroom: 5, capacity: capacity)
    }

    /// Makes `buffer` ready for `HTTP2Session.send`. Copies it if it was not made by `makeBuffer`.
    @usableFromInline
    package static func seal(_ buffer: inout Buffer, compressed: Bool = false) {
        if buffer.headroom != 5 {
            var framed = makeBuffer(capacity: buffer.count)
            buffer.withBytes { framed.append($0) }
            buffer = framed
        }
        let length = UInt32(clamping: buffer.count)
        buffer.fillHeadroom { prefix in
            prefix[0] = compressed ? 1 : 0
            prefix.storeBytes(of: length.bigEndian, toByteOffset: 1, as: UInt32.self)
        }
    }
}
