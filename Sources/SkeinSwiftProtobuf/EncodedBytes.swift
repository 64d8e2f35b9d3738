// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SwiftProtobuf

/// What swift-protobuf encodes a message into: memory that has room for the gRPC prefix in front, so that it becomes a
/// buffer for sending as it is.
@usableFromInline
struct EncodedBytes: SwiftProtobufContiguousBytes {
    /// The bytes of the gRPC prefix.
    private static let headroom = 5

    private var storage: [UInt8]

    @usableFromInline
    init(repeating byte: UInt8, count: Int) {
        storage = Array(repeating: byte, count: EncodedBytes.headroom + count)
    }

    @usableFromInline
    init<Bytes: Sequence<UInt8>>(_ bytes: Bytes) {
        storage = Array(repeating: 0, count: EncodedBytes.headroom) + bytes
    }

    @usableFromInline var count: Int { storage.count - EncodedBytes.headroom }

    @usableFromInline
    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[EncodedBytes.headroom...])) }
    }

    @usableFromInline
    mutating func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try storage.withUnsafeMutableBytes {
            try body(UnsafeMutableRawBufferPointer(rebasing: $0[EncodedBytes.headroom...]))
        }
    }

    /// Appends itself to `buffer`. Nothing is copied when that is empty and made for sending.
    @usableFromInline
    consuming func move(into buffer: inout Buffer) {
        if buffer.isEmpty, buffer.headroom == EncodedBytes.headroom {
            buffer = Buffer(headroom: EncodedBytes.headroom, storage: storage)
        } else {
            buffer.append(storage.span.bytes.extracting(droppingFirst: EncodedBytes.headroom))
        }
    }
}
