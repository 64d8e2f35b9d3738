// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// How much of a connection's input is read at once: as much as can be handled in `slice`, so that no peer keeps an
/// event loop from its other connections, whatever its bytes cause.
final class ReadSize: @unchecked Sendable {  // owned by its channel's event loop
    private static let smallest = 1 << 10
    private static let largest = 64 << 10
    private static let slice = TimeAmount.milliseconds(2)

    /// Little at first: a connection that is idle keeps a buffer of this size.
    private(set) var bytes = 2 << 10
    private var wasFull = false

    /// What was read last took `time` to handle.
    func handled(in time: TimeAmount) {
        if time > ReadSize.slice {
            let fitting = Int64(bytes) * ReadSize.slice.nanoseconds / time.nanoseconds
            bytes = max(ReadSize.smallest, min(bytes / 2, Int(fitting)))
        } else if wasFull, time.nanoseconds < ReadSize.slice.nanoseconds / 2 {
            bytes = min(bytes * 2, ReadSize.largest)
        }
    }

    /// The size as NIO asks for it.
    struct Allocator: RecvByteBufferAllocator {
        let size: ReadSize

        func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { allocator.buffer(capacity: size.bytes) }
        func nextBufferSize() -> Int? { size.bytes }

        mutating func record(actualReadBytes: Int) -> Bool {
            size.wasFull = actualReadBytes >= size.bytes
            return true
        }
    }
}
