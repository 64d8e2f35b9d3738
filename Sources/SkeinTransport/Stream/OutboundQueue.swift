// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The messages a call has written, between the tasks that write and the event loop that sends.
///
/// A writer is held back while `highWater` bytes or more wait here or in the HTTP/2 session's own queue. Until the
/// call is committed to one attempt, what was sent is kept so that another attempt can send it again.
package struct OutboundQueue {
    package typealias Waiter = UnsafeContinuation<Void, Never>

    package enum Written {
        case refused(RPCError)
        /// `wake`: the loop has not been told since it last took the messages. `isFull`: wait before the next write.
        case accepted(wake: Bool, isFull: Bool)
    }

    private var messages: [Buffer] = []
    private var sent: [Buffer] = []
    private var sentBytes = 0
    private var isCommitted: Bool
    private var outstandingBytes = 0
    private var isLoopAwake = false
    private var isFinished = false
    private var failure: RPCError?
    private var waiters: [Waiter] = []
    package private(set) var traffic = CallSummary.Traffic()
    private let highWater: Int
    private let replayLimit: Int

    /// - Parameters:
    ///   - highWater: bytes on their way at which writers wait.
    ///   - replayLimit: bytes kept for another attempt; more commit the call. 0 when there is no other attempt.
    package init(highWater: Int, replayLimit: Int) {
        self.highWater = highWater
        self.replayLimit = replayLimit
        isCommitted = replayLimit == 0
    }

    // MARK: the writers' side

    package mutating func write(_ message: Buffer) -> Written {
        if let failure { return .refused(failure) }
        if isFinished {
            return .refused(RPCError(.failedPrecondition, "write a message after the stream was finished"))
        }
        messages.append(message)
        traffic.messages += 1
        traffic.bytes += message.count
        outstandingBytes += message.storage.count
        return .accepted(wake: wakeLoop(), isFull: outstandingBytes >= highWater)
    }

    /// Marks the end; whether the loop must be told.
    package mutating func finish() -> Bool {
        guard !isFinished, failure == nil else { return false }
        isFinished = true
        return wakeLoop()
    }

    /// Parks a writer, unless there is room by now.
    package mutating func park(_ waiter: Waiter) -> Bool {
        guard failure == nil, outstandingBytes >= highWater else { return false }
        waiters.append(waiter)
        return true
    }

    package var writeFailure: RPCError? { failure }

    private mutating func wakeLoop() -> Bool {
        defer { isLoopAwake = true }
        return !isLoopAwake
    }

    // MARK: the loop's side

    /// Takes what was written since the last time; whether nothing more will come.
    package mutating func take() -> (messages: [Buffer], isFinished: Bool) {
        isLoopAwake = false
        let taken = messages
        messages = []
        if !isCommitted { keepForReplay(taken) }
        return (taken, isFinished)
    }

    private mutating func keepForReplay(_ taken: [Buffer]) {
        sent += taken
        for message in taken { sentBytes += message.storage.count }
        if sentBytes > replayLimit { commit() }
    }

    /// No other attempt will follow: what was sent need not be kept.
    package mutating func commit() {
        isCommitted = true
        sent = []
    }

    /// Starts over for another attempt. `false` when the call is committed.
    package mutating func rewind() -> Bool {
        guard !isCommitted else { return false }
        messages = sent + messages
        sent = []
        sentBytes = 0
        isLoopAwake = false
        return true
    }

    /// The session holds `sessionBytes` of this stream now. Gives back the writers to resume.
    package mutating func sessionHolds(_ sessionBytes: Int) -> [Waiter] {
        outstandingBytes = sessionBytes
        for message in messages { outstandingBytes += message.storage.count }
        return outstandingBytes < highWater ? takeWaiters() : []
    }

    /// The call is over: writes fail with `error` from now on. Gives back the writers to resume.
    package mutating func fail(_ error: RPCError) -> [Waiter] {
        failure = failure ?? error
        messages = []
        sent = []
        return takeWaiters()
    }

    /// Gives back all writers, so that each looks again.
    package mutating func takeWaiters() -> [Waiter] {
        defer { waiters = [] }
        return waiters
    }
}
