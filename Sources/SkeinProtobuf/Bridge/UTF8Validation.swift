// SPDX-License-Identifier: Apache-2.0

extension String {
    /// A copy of `bytes`; `nil` unless they are UTF-8. Never repairs.
    @usableFromInline
    init?(validatedUTF8 bytes: UnsafeRawBufferPointer) {
        let text = bytes.bindMemory(to: UInt8.self)
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
            if bytes.isASCII {
                // Most texts are; this is half the work of the general check.
                self.init(copying: unsafe UTF8Span(unchecked: text.span, isKnownASCII: true))
            } else {
                guard let valid = try? UTF8Span(validating: text.span) else { return nil }
                self.init(copying: valid)
            }
        } else {
            self.init(validating: text, as: UTF8.self)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether no byte has its highest bit set.
    fileprivate var isASCII: Bool {
        var bits: UInt64 = 0
        var offset = 0
        while offset &+ 8 <= count {
            bits |= loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset &+= 8
        }
        if offset < count {
            if count >= 8 {
                bits |= loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            } else {
                while offset < count {
                    bits |= UInt64(self[offset])
                    offset &+= 1
                }
            }
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }
}
