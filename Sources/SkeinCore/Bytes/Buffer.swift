// SPDX-License-Identifier: Apache-2.0

/// The bytes of one message: what a codec writes into and what hooks look at.
///
/// A buffer made for sending keeps `headroom` bytes in front of its content, so that the framer can put the gRPC
/// message prefix there without moving anything. `count` and `withBytes` speak of the content alone.
public struct Buffer: Sendable {
    @usableFromInline package private(set) var storage: [UInt8]
    @usableFromInline package let headroom: Int

    /// An empty buffer.
    @inlinable
    public init() {
        self.init(headroom: 0, capacity: 0)
    }

    /// A buffer that holds `bytes`.
    public init(_ bytes: some Sequence<UInt8>) {
        storage = Array(bytes)
        headroom = 0
    }

    /// An empty buffer with `headroom` zero bytes in front of its content and room for `capacity` bytes of it.
    @usableFromInline
    package init(headroom: Int, capacity: Int) {
        self.headroom = headroom
        storage = Array(unsafeUninitializedCapacity: headroom + capacity) { bytes, initialized in
            for index in 0..<headroom { bytes.initializeElement(at: index, to: 0) }
            initialized = headroom
        }
    }

    /// Takes over `storage`, whose first `headroom` bytes are not content.
    package init(headroom: Int, storage: [UInt8]) {
        self.headroom = headroom
        self.storage = storage
    }

    /// The number of content bytes.
    public var count: Int { storage.count - headroom }

    public var isEmpty: Bool { count == 0 }

    /// Appends a copy of `bytes`.
    public mutating func append(_ bytes: borrowing RawSpan) {
        bytes.withUnsafeBytes { storage.append(contentsOf: $0) }
    }

    /// Appends up to `count` bytes written in place by `fill`, which returns how many it wrote.
    ///
    /// `fill` gets `count` uninitialised bytes. When it throws, nothing is appended.
    public mutating func append(
        count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(RPCError) -> Int
    ) throws(RPCError) {
        var failure: RPCError?
        storage.append(addingCapacity: count) { (span: inout OutputSpan<UInt8>) in
            span.withUnsafeMutableBufferPointer { bytes, initialized in
                do throws(RPCError) {
                    let written = try fill(UnsafeMutableRawBufferPointer(bytes))
                    precondition(written >= 0 && written <= count, "fill wrote \(written) of \(count) bytes")
                    initialized = written
                } catch {
                    failure = error
                }
            }
        }
        if let failure { throw failure }
    }

    /// Gives back most of the memory that was set aside for content which turned out much smaller: buffers wait in
    /// queues whose bounds count content.
    package mutating func releaseExcess() {
        guard storage.capacity > 2 * storage.count + 256 else { return }
        storage = storage.withUnsafeBufferPointer { Array($0) }
    }

    /// Calls `body` with the content.
    @inlinable
    public func withBytes<Result, Failure: Error>(
        _ body: (borrowing RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let all = storage.span.bytes
        return try body(all.extracting(headroom..<all.byteCount))
    }

    /// Overwrites the headroom, calling `fill` with exactly `headroom` bytes.
    package mutating func fillHeadroom(_ fill: (UnsafeMutableRawBufferPointer) -> Void) {
        let headroom = headroom
        storage.withUnsafeMutableBytes { fill(UnsafeMutableRawBufferPointer(rebasing: $0[..<headroom])) }
    }
}

extension Buffer: Hashable {
    public static func == (a: Buffer, b: Buffer) -> Bool {
        a.storage[a.headroom...] == b.storage[b.headroom...]
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage[headroom...])
    }
}

extension Array where Element == UInt8 {
    /// A copy of the content of `buffer`.
    public init(_ buffer: Buffer) {
        self = Array(buffer.storage[buffer.headroom...])
    }
}
