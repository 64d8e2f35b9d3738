// SPDX-License-Identifier: Apache-2.0

/// For generated code: a field value that is a run of bytes.
public protocol ProtobufBlob: Hashable, Sendable {
    init()
    var isEmpty: Bool { get }

    /// The value's bytes, valid until the arena is reset or the value dies.
    func protobufBytes(_ arena: ProtobufArena) -> ProtobufBytes

    /// The value that `bytes` hold; `nil` when they hold none.
    init?(protobufBytes bytes: UnsafeRawBufferPointer)
}

/// For generated code: a length and a pointer, laid out as libprotobuf-c's `ProtobufCBinaryData`.
@frozen
public struct ProtobufBytes: BitwiseCopyable {
    @usableFromInline let count: Int
    @usableFromInline let start: UnsafeRawPointer?

    @inlinable
    init(count: Int, start: UnsafeRawPointer?) {
        self.count = count
        self.start = start
    }

    @inlinable var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
}

extension String: ProtobufBlob {
    /// Copies the bytes into the arena: those of a small string lie inside of the value and have no lasting address.
    @inlinable
    public func protobufBytes(_ arena: ProtobufArena) -> ProtobufBytes {
        let contiguous = utf8.withContiguousStorageIfAvailable { arena.copy(UnsafeRawBufferPointer($0)) }
        return contiguous ?? Array(utf8).withUnsafeBytes { arena.copy($0) }
    }

    @inlinable
    public init?(protobufBytes bytes: UnsafeRawBufferPointer) {
        guard let valid = String(validatedUTF8: bytes) else { return nil }
        self = valid
    }
}

extension [UInt8]: ProtobufBlob {
    /// Points into the array itself: the message that holds it is alive and unchanged until it is packed.
    @inlinable
    public func protobufBytes(_ arena: ProtobufArena) -> ProtobufBytes {
        withUnsafeBytes { ProtobufBytes(count: $0.count, start: $0.isEmpty ? nil : $0.baseAddress) }
    }

    @inlinable
    public init?(protobufBytes bytes: UnsafeRawBufferPointer) {
        self.init(bytes)
    }
}
