// SPDX-License-Identifier: Apache-2.0
internal import CSkein

extension String {
    /// A copy of `bytes`; `nil` unless they are UTF-8. Never repairs.
    @usableFromInline
    init?(validatedUTF8 bytes: UnsafeRawBufferPointer) {
        let text = bytes.bindMemory(to: UInt8.self)
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
            if let start = bytes.baseAddress, skein_is_ascii(start, bytes.count) {
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
