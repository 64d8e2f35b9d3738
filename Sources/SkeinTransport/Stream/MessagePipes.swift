// SPDX-License-Identifier: Apache-2.0
package import SkeinCore
internal import SkeinHTTP2
internal import Synchronization

/// The two queues of a streaming call, between the tasks that read and write and the stream that carries the call.
///
/// The pipes belong to the call, not to the stream: an attempt that never reached the server hands them to the next.
package final class MessagePipes: Sendable {
    private let inbound: Mutex<InboundQueue>
    private let outbound: Mutex<OutboundQueue>
    private let stream = Mutex<CallStream?>(nil)
    private let cancelled: (@Sendable (RPCError) -> Void)?
    /// Whether received messages are read here, one by one.
    let readsMessages: Bool

    /// - Parameters:
    ///   - readsMessages: `false`: the one message that comes goes to the call itself.
    ///   - cancelled: called when a task is cancelled that reads or writes: the call ends with this error. `nil`: only
    ///     that read or write ends, as a server's handler may have tasks of its own.
    package init(
        _ limits: StreamLimits, readsMessages: Bool = true, cancelled: (@Sendable (RPCError) -> Void)? = nil
    ) {
        self.readsMessages = readsMessages
        inbound = Mutex(InboundQueue(creditThreshold: limits.creditThreshold))
        outbound = Mutex(OutboundQueue(highWater: limits.sendHighWater, replayLimit: limits.replayBytes))
        self.cancelled = cancelled
    }

    // MARK: the tasks' side

    /// The next message, decompressed; `nil` at the end. Suspends until there is one. A cancelled task gets an error.
    package nonisolated(nonsending) func nextMessage() async throws(RPCError) -> Buffer? {
        while true {
            if Task.isCancelled { throw taskCancelled(inbound.withLock { $0.failure }) }
            switch inbound.withLock({ $0.take() }) {
            case .message(let message, let credit):
                if credit > 0 { post { .consumed($0, credit) } }
                do throws(RPCError) {
                    return try message.content()
                } catch {
                    cancelled?(error)
                    throw error
                }
            case .ended(let error):
                attach(nil)
                if let error { throw error }
                return nil
            case .empty:
                await waitForMessage()
            }
        }
    }

    /// Whether the message that was read last came compressed.
    package var lastWasCompressed: Bool { inbound.withLock { $0.lastWasCompressed } }

    private nonisolated(nonsending) func waitForMessage() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
                switch inbound.withLock({ Task.isCancelled ? .refused : $0.park(waiter) }) {
                case .refused: waiter.resume()
                case .parked(tellLoop: true): post { .readerWaits($0) }
                case .parked(tellLoop: false): break
                }
            }
        } onCancel: {
            cancelled?(.taskCancelled)
            for waiter in inbound.withLock({ $0.takeWaiters() }) { waiter.resume() }
        }
    }

    /// Sends a framed message. Suspends while the peer does not keep up. A cancelled task gets an error.
    package nonisolated(nonsending) func write(_ message: consuming Buffer) async throws(RPCError) {
        if Task.isCancelled { throw taskCancelled(outbound.withLock { $0.writeFailure }) }
        let written = outbound.withLock { [message] in $0.write(message) }
        switch written {
        case .refused(let error): throw error
        case .accepted(let wake, let isFull):
            if wake { post { .flush($0) } }
            if isFull { try await waitForRoom() }
        }
    }

    private nonisolated(nonsending) func waitForRoom() async throws(RPCError) {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
                if !outbound.withLock({ Task.isCancelled ? false : $0.park(waiter) }) { waiter.resume() }
            }
        } onCancel: {
            cancelled?(.taskCancelled)
            for waiter in outbound.withLock({ $0.takeWaiters() }) { waiter.resume() }
        }
        if let failure = outbound.withLock({ $0.writeFailure }) { throw failure }
    }

    /// No more messages will be written.
    package func finishWriting() {
        if outbound.withLock({ $0.finish() }) { post { .flush($0) } }
    }

    /// What a cancelled task gets: why the call has ended, if it has.
    private func taskCancelled(_ failure: RPCError?) -> RPCError {
        cancelled?(.taskCancelled)
        return failure ?? .taskCancelled
    }

    private func post(_ command: (CallStream) -> ConnectionCommand) {
        guard let stream = stream.withLock({ $0 }) else { return }
        stream.connection.post(command(stream))
    }

    // MARK: the stream's side

    /// Joins the pipes to the stream that carries the call from now on, or to none.
    package func attach(_ newStream: CallStream?) {
        stream.withLock { $0 = newStream }
    }

    /// Makes the messages written so far ready for another attempt; `false` when the call is committed to this one.
    package func rewind() -> Bool { outbound.withLock { $0.rewind() } }
    package func commit() { outbound.withLock { $0.commit() } }

    func deliver(_ message: ReceivedMessage, wireLength: Int) {
        inbound.withLock { $0.deliver(message, wireLength: wireLength) }?.resume()
    }

    func creditIfReaderWaits(holding bytes: Int) -> Int? {
        inbound.withLock { $0.creditIfReaderWaits(holding: bytes) }
    }

    /// Ends the reading side; the bytes of the messages dropped. `discarding` drops what was not read yet.
    func finishInbound(_ error: RPCError?, discarding: Bool) -> Int {
        let (waiters, credit) = inbound.withLock { $0.finish(error, discarding: discarding) }
        for waiter in waiters { waiter.resume() }
        return credit
    }

    /// No more messages come. When that is for an error of this side, those not read are dropped.
    package func finishInbound(_ error: RPCError?) {
        let isDropped = error?.origin == .local
        let credit = finishInbound(error, discarding: isDropped)
        if credit > 0 { post { .consumed($0, credit) } }
        if isDropped { attach(nil) }
    }

    /// What went through so far.
    package var sent: CallSummary.Traffic { outbound.withLock { $0.traffic } }
    package var received: CallSummary.Traffic { inbound.withLock { $0.traffic } }

    func takeOutbound() -> (messages: [Buffer], isFinished: Bool) { outbound.withLock { $0.take() } }

    func sessionHolds(_ bytes: Int) {
        for waiter in outbound.withLock({ $0.sessionHolds(bytes) }) { waiter.resume() }
    }

    package func failOutbound(_ error: RPCError) {
        for waiter in outbound.withLock({ $0.fail(error) }) { waiter.resume() }
    }
}

/// The bounds of a streaming call's queues, in bytes.
package struct StreamLimits: Sendable {
    package var creditThreshold: Int
    package var sendHighWater: Int
    package var replayBytes: Int

    package init(streamWindow: Int, sendHighWater: Int = 64 << 10, replayBytes: Int = 0) {
        creditThreshold = min(streamWindow / 4, 64 << 10)
        self.sendHighWater = sendHighWater
        self.replayBytes = replayBytes
    }
}

extension RPCError {
    /// What a call ends with when the task that made it is cancelled.
    package static var taskCancelled: RPCError { RPCError(.cancelled, "the task was cancelled") }
}
