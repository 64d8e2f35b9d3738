// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
package import SkeinCore

/// The received messages of one stream, between the event loop that fills it and the task that reads it.
///
/// Flow control follows the reader: the bytes of a message are returned to the peer's window when it is taken, and
/// the bytes of an incomplete message as they come while a reader waits for it. Small credits are saved up, as nghttp2
/// would not announce them anyway.
package struct InboundQueue {
    package typealias Waiter = UnsafeContinuation<Void, Never>

    package enum Taken {
        case message(ReceivedMessage, credit: Int)
        case ended(RPCError?)
        case empty
    }

    package enum Parking {
        /// There is something to take by now.
        case refused
        /// `tellLoop`: bytes of an incomplete message are held back until the loop hears of the reader.
        case parked(tellLoop: Bool)
    }

    private struct Item {
        let message: ReceivedMessage
        let wireLength: Int
    }

    private var items = CircularBuffer<Item>()
    private var end: RPCError??
    private var waiters: [Waiter] = []
    private var savedCredit = 0
    private var heldBytes = 0
    private let creditThreshold: Int
    package private(set) var traffic = CallSummary.Traffic()
    /// Whether the message taken last came compressed.
    package private(set) var lastWasCompressed = false

    /// - Parameter creditThreshold: credits below this many bytes are saved up.
    package init(creditThreshold: Int) { self.creditThreshold = creditThreshold }

    // MARK: the loop's side

    /// Adds a message and gives back the reader to resume, if one waits.
    package mutating func deliver(_ message: ReceivedMessage, wireLength: Int) -> Waiter? {
        guard end == nil else { return nil }
        items.append(Item(message: message, wireLength: wireLength))
        traffic.messages += 1
        traffic.bytes += message.count
        return waiters.popLast()
    }

    /// `bytes` of an incomplete message are there and not returned to the window. When a reader waits, they are to be
    /// returned now, together with the credit in the answer; `nil` when none does: then they are held back.
    package mutating func creditIfReaderWaits(holding bytes: Int) -> Int? {
        heldBytes = waiters.isEmpty ? bytes : 0
        return waiters.isEmpty ? nil : takeSavedCredit()
    }

    /// No more messages come; those there can still be read, unless the call `failed`. Gives back all readers and the
    /// bytes of the messages thrown away.
    package mutating func finish(_ error: RPCError?, discarding: Bool) -> (waiters: [Waiter], credit: Int) {
        var credit = takeSavedCredit()
        if discarding {
            for item in items { credit += item.wireLength }
            items.removeAll()
        }
        if end == nil || discarding { end = .some(error) }
        defer { waiters = [] }
        return (waiters, credit)
    }

    // MARK: the reader's side

    package mutating func take() -> Taken {
        if let item = items.popFirst() {
            savedCredit += item.wireLength
            lastWasCompressed = item.message.compression != nil
            let credit = savedCredit >= creditThreshold || end != nil ? takeSavedCredit() : 0
            return .message(item.message, credit: credit)
        }
        if let end { return .ended(end) }
        return .empty
    }

    /// Parks a reader until there is something to take.
    package mutating func park(_ waiter: Waiter) -> Parking {
        guard items.isEmpty, end == nil else { return .refused }
        waiters.append(waiter)
        return .parked(tellLoop: heldBytes > 0)
    }

    /// Why no more messages come, if that is an error.
    package var failure: RPCError? { end.flatMap { $0 } }

    /// Gives back all readers, so that each looks again.
    package mutating func takeWaiters() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }

    private mutating func takeSavedCredit() -> Int {
        defer { savedCredit = 0 }
        return savedCredit
    }
}
