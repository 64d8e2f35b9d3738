// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Cuts the bytes of DATA frames into messages, however they are split.
///
/// A message that arrives whole is copied once. Nothing is allocated for a length that is only announced, and at most
/// `maxReady` messages are cut out ahead of the reader, so that many tiny ones cost no more memory than their bytes.
package struct MessageDeframer {
    package struct Message: Sendable {
        package var bytes: Buffer
        package var compressed: Bool
        /// With the prefix.
        package var wireLength: Int
    }

    private static let maxReady = 256
    private static let firstCapacity = 64 << 10

    /// The largest message to accept.
    package var limit: Int
    /// Whether the peer announced an encoding other than identity.
    package var acceptsCompressed = false

    private var ready = ShortQueue<Message>()
    /// Bytes not looked at yet, from `backlogHead` on.
    private var backlog: [UInt8] = []
    private var backlogHead = 0
    private var failure: RPCError?

    // The message that is arriving. Its length is known once all of the prefix is there.
    private var prefix: UInt64 = 0
    private var prefixCount = 0
    private var body = Buffer()
    private var bodyLength = 0

    /// All bytes ever appended.
    package private(set) var receivedBytes = 0
    /// Of these: handed out by `next`, or dropped.
    private var deliveredBytes = 0
    /// Of these: reported by `takeCredit`.
    private var creditedBytes = 0

    package init(limit: Int = 4 << 20) { self.limit = limit }

    /// Bytes that arrived and were not handed out.
    package var unconsumedBytes: Int { receivedBytes - deliveredBytes }

    /// Bytes of the message that is arriving.
    package var partialBytes: Int { prefixCount + body.count }

    /// At the end of the stream, with `next` exhausted: the last message is cut short.
    package var hasPartialMessage: Bool { partialBytes > 0 }

    package static var truncated: RPCError {
        RPCError(.internal, "the stream ended inside a message")
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        receivedBytes += bytes.count
        if failure != nil {
            deliveredBytes += bytes.count
            return
        }
        guard backlog.isEmpty else {
            if backlogHead > 64 << 10, backlogHead > backlog.count / 2 {
                backlog.removeFirst(backlogHead)
                backlogHead = 0
            }
            backlog.append(contentsOf: bytes)
            return
        }
        let used = cut(bytes)
        if used < bytes.count { backlog.append(contentsOf: bytes[used...]) }
    }

    /// The next complete message. Throws once what came before a broken one was handed out, and from then on.
    package mutating func next() throws(RPCError) -> Message? {
        if ready.isEmpty, !backlog.isEmpty { cutBacklog() }
        if let message = ready.popFirst() {
            deliveredBytes += message.wireLength
            return message
        }
        if let failure { throw failure }
        return nil
    }

    /// The bytes whose flow-control window may be returned and was not yet: those handed out or dropped, and, while a
    /// reader waits for it, those of the message that is arriving.
    package mutating func takeCredit(readerWaits: Bool) -> Int {
        let credit = deliveredBytes + (readerWaits ? partialBytes : 0) - creditedBytes
        guard credit > 0 else { return 0 }
        creditedBytes += credit
        return credit
    }

    /// Drops everything that was not handed out; nothing more is kept.
    package mutating func discard() {
        if failure == nil { failure = RPCError(.cancelled, "the call ended") }
        dropAll()
    }

    private mutating func cutBacklog() {
        let held = backlog
        held.withUnsafeBytes { bytes in
            backlogHead += cut(UnsafeRawBufferPointer(rebasing: bytes[backlogHead...]))
        }
        if failure != nil || backlogHead == held.count {
            backlog = []
            backlogHead = 0
        }
    }

    /// Looks at `bytes` until enough messages are ready; returns how many bytes it took.
    private mutating func cut(_ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while offset < bytes.count, ready.count < Self.maxReady {
            if prefixCount < 5 {
                offset += takePrefix(bytes, offset)
                guard prefixCount == 5 else { break }
                guard checkPrefix() else { return bytes.count }
            }
            let length = min(bodyLength - body.count, bytes.count - offset)
            if length > 0 {
                if body.isEmpty {
                    body = Buffer(headroom: 0, capacity: max(length, min(bodyLength, Self.firstCapacity)))
                }
                body.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]).bytes)
                offset += length
            }
            if body.count == bodyLength { finishMessage() }
        }
        return offset
    }

    private mutating func takePrefix(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
        let length = min(5 - prefixCount, bytes.count - start)
        for index in start..<start + length { prefix = prefix << 8 | UInt64(bytes[index]) }
        prefixCount += length
        return length
    }

    private mutating func checkPrefix() -> Bool {
        let flag = prefix >> 32
        bodyLength = Int(prefix & 0xffff_ffff)
        if flag > 1 {
            fail(.internal, "the compressed flag of a message is \(flag); expected 0 or 1")
        } else if flag == 1, !acceptsCompressed {
            fail(.internal, "a message is compressed although no grpc-encoding was announced")
        } else if bodyLength > limit {
            fail(.resourceExhausted, "a message of \(bodyLength) bytes exceeds the limit of \(limit)")
        }
        return failure == nil
    }

    private mutating func finishMessage() {
        ready.append(Message(bytes: body, compressed: prefix >> 32 == 1, wireLength: 5 + bodyLength))
        clearPartial()
    }

    private mutating func clearPartial() {
        prefix = 0
        prefixCount = 0
        body = Buffer()
        bodyLength = 0
    }

    /// Messages that are complete stay readable; all else is dropped.
    private mutating func fail(_ code: StatusCode, _ message: String) {
        failure = RPCError(code, message)
        clearPartial()
        // Only ready messages still count as not handed out.
        var waiting = 0
        var kept = ShortQueue<Message>()
        while let message = ready.popFirst() {
            waiting += message.wireLength
            kept.append(message)
        }
        ready = kept
        deliveredBytes = receivedBytes - waiting
    }

    private mutating func dropAll() {
        ready.removeAll()
        backlog = []
        backlogHead = 0
        clearPartial()
        deliveredBytes = receivedBytes
    }
}
