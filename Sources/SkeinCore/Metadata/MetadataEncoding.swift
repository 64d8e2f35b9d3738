// SPDX-License-Identifier: Apache-2.0

/// How metadata looks on the wire (grpc/doc/PROTOCOL-HTTP2.md, "Custom-Metadata").
package enum MetadataEncoding {
    /// Names that belong to HTTP/2 and gRPC. Applications cannot send them and never see them.
    package static let reservedNames: Set<String> = [
        "content-type", "user-agent", "te", "grpc-message-type", "grpc-encoding", "grpc-message", "grpc-status",
        "grpc-timeout", "grpc-accept-encoding", "skein-load-report",
    ]

    /// Why `metadata` cannot be sent: the first bad name or value. `nil` when all is well.
    package static func problem(in metadata: Metadata) -> String? {
        for element in metadata {
            if element.name.isEmpty || !element.name.utf8.allSatisfy(isNameByte) {
                return "metadata name \"\(element.name)\" has characters other than 0-9 a-z _ - ."
            }
            if reservedNames.contains(element.name) {
                return "metadata name \"\(element.name)\" is reserved"
            }
            switch element.value {
            case .text(let text):
                if element.name.hasSuffix("-bin") {
                    return "metadata \"\(element.name)\" ends in -bin and needs a binary value"
                }
                if !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
                    return "the value of metadata \"\(element.name)\" is not printable ASCII;"
                        + " use a -bin name for other bytes"
                }
            case .binary:
                if !element.name.hasSuffix("-bin") {
                    return "metadata \"\(element.name)\" has a binary value; its name must end in -bin"
                }
            }
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7a, 0x5f, 0x2d, 0x2e: true
        default: false
        }
    }

    /// The entries of a block. A `-bin` value that is not base64 is dropped; comma-joined ones are taken apart.
    static func decode(_ block: HeaderBlock) -> [Metadata.Element] {
        var entries: [Metadata.Element] = []
        entries.reserveCapacity(block.count)
        // swift-format-ignore: ReplaceForEachWithForLoop
        block.forEach { name, value in
            let name = String(decoding: name, as: UTF8.self)
            guard name.hasSuffix("-bin") else {
                entries.append(.init(name: name, value: .text(String(decoding: trimmed(value), as: UTF8.self))))
                return
            }
            for part in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                guard let bytes = Base64.decode(trimmed(UnsafeRawBufferPointer(rebasing: part))) else { continue }
                entries.append(.init(name: name, value: .binary(bytes)))
            }
        }
        return entries
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var slice = bytes[...]
        while slice.first == 0x20 { slice.removeFirst() }
        while slice.last == 0x20 { slice.removeLast() }
        return UnsafeRawBufferPointer(rebasing: slice)
    }

    /// The wire form of one value: the text, or unpadded base64.
    package static func wireValue(_ value: Metadata.Value) -> [UInt8] {
        switch value {
        case .text(let text): Array(text.utf8)
        case .binary(let bytes): Base64.encode(bytes)
        }
    }
}
