// SPDX-License-Identifier: Apache-2.0

/// What a content-type header says.
package enum ContentType: Sendable, Hashable {
    case missing
    /// `application/grpc`, alone or followed by `+subtype` or `;parameters`.
    case grpc
    case other

    init(_ value: UnsafeRawBufferPointer) {
        let grpc: StaticString = "application/grpc"
        let length = grpc.utf8CodeUnitCount
        guard value.count >= length else {
            self = .other
            return
        }
        let start = UnsafeRawBufferPointer(rebasing: value[..<length])
        let matches = start.equals(grpc) || start.elementsEqual("application/grpc".utf8) { lowered($0) == $1 }
        let ends = value.count == length || value[length] == UInt8(ascii: "+") || value[length] == UInt8(ascii: ";")
        self = matches && ends ? .grpc : .other
    }

    /// `proto` for `application/grpc+proto;charset=utf-8`; empty when there is none.
    static func subtype(_ value: ArraySlice<UInt8>) -> String {
        guard let plus = value.firstIndex(of: UInt8(ascii: "+")) else { return "" }
        return String(decoding: value[(plus + 1)...].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
    }
}

private func lowered(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
