// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinHTTP2

/// What a connection may hold of received and of unsent bytes.
///
/// Below `connectionBuffer` nothing happens. Above it, the peer's window is not returned for what nobody has read (the
/// session sees to that), and further calls wait with their handlers until enough of the output has left. Some bytes
/// neither stops: messages that lack their end, and the output of handlers that run. Where these get above
/// `maxConnectionBuffer`, or above the connection's share of what the server may hold, the newest calls end; and where
/// that is not enough, the connection.
extension ServerConnection {
    /// Received, written or saved for a handler, and not passed on yet.
    private var heldBytes: Int {
        session.bufferedBytes + session.queuedBytes + unfinishedBytes + (isOutputBlocked ? Connection.outputChunk : 0)
    }

    /// The bytes of `stream` for which the window was returned although nobody has got them: of an incomplete message,
    /// and of a single request before its handler starts.
    func noteUnfinished(_ stream: ServerStream) {
        guard let sink = stream.sink else { return }
        setUnfinished(sink.kind.hasSingleRequest ? stream.receivedBytes : stream.creditedPartial, of: stream)
    }

    func setUnfinished(_ bytes: Int, of stream: ServerStream) {
        unfinishedBytes += bytes - stream.unfinishedBytes
        stream.unfinishedBytes = bytes
    }

    /// After each burst.
    func boundBuffers() {
        report()
        // The most frequent case, and it takes no lock.
        guard reportedBytes > 0 else { return }
        let most = min(lifeLimits.maxConnectionBuffer, budget.share ?? .max)
        guard heldBytes > most else { return }
        var dropped = 0
        session.visitNewestFirst { stream in
            guard heldBytes > most else { return false }
            dropped += drop(unsafeDowncast(stream, to: ServerStream.self)) ? 1 : 0
            return true
        }
        if dropped > 0 { setNeedsFlush() }
        // What the transport holds is left: its client does not even read its socket.
        if heldBytes > most { closeAtOnce() }
        report()
    }

    /// Ends the call if it holds anything; whether it did.
    private func drop(_ stream: ServerStream) -> Bool {
        guard stream.unfinishedBytes > 0 || stream.hasUnreturnedBytes || session.queuedBytes(stream) > 0 else {
            return false
        }
        if stream.hasAnswered {
            // Its status stands in line behind a message that is not taken.
            session.reset(stream, .enhanceYourCalm)
        } else {
            abandon(
                stream, .client,
                RPCError(
                    .resourceExhausted,
                    "call \(stream.path): the connection's calls hold more bytes that nobody takes than they may"))
        }
        discardUnread(of: stream)
        return true
    }

    private func report() {
        let held = heldBytes / BufferBudget.step * BufferBudget.step
        guard held != reportedBytes else { return }
        reportedBytes = held
        budget.report(self, held) { [weak self] in self?.post(.run {}) }
    }

    /// The connection is gone.
    func forgetBuffers() {
        guard reportedBytes != 0 else { return }
        reportedBytes = 0
        budget.report(self, 0) {}
    }

    // MARK: handlers that wait

    private var hasRoomForOutput: Bool { session.queuedBytes <= lifeLimits.connectionBuffer }

    /// Starts the handler, or puts the call behind those that wait.
    func startOrWait(_ stream: ServerStream, _ sink: any ServerStreamSink) {
        if waitingCalls.isEmpty, hasRoomForOutput { return startHandler(of: stream, sink) }
        waitingCalls.append(stream)
    }

    /// After each burst: starts handlers that wait, as long as there is room.
    func startWaiting() {
        while hasRoomForOutput, let stream = waitingCalls.popFirst() {
            if let sink = stream.sink { startHandler(of: stream, sink) }
            setNeedsFlush()
        }
    }
}
