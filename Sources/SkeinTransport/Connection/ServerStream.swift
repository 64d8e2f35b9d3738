// SPDX-License-Identifier: Apache-2.0
package import SkeinCore
internal import SkeinHTTP2

/// What a server stream tells its call. On the connection's loop.
package protocol ServerStreamSink: AnyObject, Sendable {
    var kind: CallKind { get }
    /// Whether the call keeps its connection from being idle.
    var countsAsUse: Bool { get }
    /// Messages, or the head of the response, are about to be sent.
    func sends()
    /// What goes ahead of the first message; asked once, and not changed after.
    func takeHead() -> ServerContext.Head
    /// A request message has come. Of streamed requests the pipes hold it already.
    func received(message: ReceivedMessage)
    /// Start the handler: its requests stream, or the one request is there. It ends with the stream's `complete`.
    func startHandler()
    /// Run `work` where it may take its time.
    func runElsewhere(_ work: @escaping @Sendable () -> Void)
    /// The stream is to end soon.
    func move()
    /// Nobody waits for the answer any more. At most once, and not after the handler's answer was sent.
    func cancelled(_ reason: CancellationReason)
    /// After `cancelled`: reads and writes fail for that reason now, and the handler's task is to be cancelled.
    func stop()
}

/// What a handler ends with.
package struct ServerCompletion: Sendable {
    package var head: ServerContext.Head
    /// Framed.
    package var message: Buffer?
    package var status: Status
    package var trailing: Metadata
    /// How loaded the server is, for a client that wants to know.
    package var load: ServerLoad?

    package init(
        head: ServerContext.Head, message: consuming Buffer?, status: Status, trailing: Metadata,
        load: ServerLoad? = nil
    ) {
        self.load = load
        self.head = head
        self.message = message
        self.status = status
        self.trailing = trailing
    }
}

/// One call as the server's connection sees it.
///
/// Exclusive access needs no check at run time: only the loop touches what is marked, and never from within itself.
package final class ServerStream: CallStream, DeadlineHeapElement, ServerContextResponder, @unchecked Sendable {
    @exclusivity(unchecked) package var deadline: Deadline?
    @exclusivity(unchecked) var machine = ServerStreamMachine()
    /// `nil` before the call is accepted and after it has ended.
    @exclusivity(unchecked) var sink: (any ServerStreamSink)?
    @exclusivity(unchecked) var hasSentHead = false
    /// The status is on its way, or the stream was reset: whatever the handler does is dropped.
    @exclusivity(unchecked) var hasAnswered = false
    /// Written by the handler's thread before it posts `complete`, read by the loop after.
    @exclusivity(unchecked) var completion: ServerCompletion?
    /// The one request, until it is decompressed.
    @exclusivity(unchecked) var compressedRequest: ReceivedMessage?
    /// What the connection counts for the stream beside its window and its queue.
    @exclusivity(unchecked) var unfinishedBytes = 0
    /// Open, but no use of the connection.
    @exclusivity(unchecked) var isUnused = false
    /// Fires when the stream is too old, and once more when its grace is over.
    @exclusivity(unchecked) var ageTimer: LoopTimer?
    package var heapIndex = -1
    package var deadlineInstant: ContinuousClock.Instant { deadline?.instant ?? .now }

    /// Sends what the handler ended with. From any thread, once.
    package func complete(_ completion: consuming ServerCompletion) {
        self.completion = completion
        connection.post(.complete(self))
    }

    /// The client wants to know how loaded the server is.
    package var wantsLoad: Bool { asksForLoad }

    /// The compressor `name`, if the server has it and the client reads what it writes.
    package func responseCompressor(_ name: String) -> (any Compressor)? {
        clientAccepts(encoding: name) ? connection.compressors.find(name) : nil
    }

    /// One request was complete before its handler started; streamed ones are remembered as they are read.
    package var requestWasCompressed: Bool {
        if let pipes, pipes.readsMessages { return pipes.lastWasCompressed }
        return receivedCompressed
    }

    package func sendInitialMetadata() {
        connection.post(.sendHead(self))
    }
}
