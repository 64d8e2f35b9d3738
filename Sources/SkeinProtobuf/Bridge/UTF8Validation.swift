// SPDX-License-Identifier: Apache-2.0

extension String {
    /// A copy of `bytes`; `nil` unless they are UTF-8. Never repairs.
    @inlinable
    init?(validatedUTF8 bytes: UnsafeRawBufferPointer) {
        let bytes = bytes.bindMemory(to: UInt8.self)
        if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
            guard let valid = try? UTF8Span(validating: bytes.span) else { return nil }
            self.init(copying: valid)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }
}
