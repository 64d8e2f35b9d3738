// SPDX-License-Identifier: Apache-2.0

/// What a content-type header says.
package enum ContentType: Sendable, Hashable {
    case missing
    /// `application/grpc`, alone or followed by `+subtype` or `;parameters`.
    case grpc
    case other

    init(_ value: UnsafeRawBufferPointer) {
        let prefix: StaticString = "application/grpc"
        let length = prefix.utf8CodeUnitCount
        guard value.count >= length else {
            self = .other
            return
        }
        let matches = (0..<length).allSatisfy {
            value[$0] | (value[$0] >= 0x41 && value[$0] <= 0x5a ? 0x20 : 0) == prefix.utf8Start[$0]
        }
        let ends = value.count == length || value[length] == UInt8(ascii: "+") || value[length] == UInt8(ascii: ";")
        self = matches && ends ? .grpc : .other
    }

    /// `proto` for `application/grpc+proto;charset=utf-8`; empty when there is none.
    static func subtype(_ value: ArraySlice<UInt8>) -> String {
        guard let plus = value.firstIndex(of: UInt8(ascii: "+")) else { return "" }
        return String(decoding: value[(plus + 1)...].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
    }
}
