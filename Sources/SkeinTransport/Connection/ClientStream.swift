// SPDX-License-Identifier: Apache-2.0
package import SkeinCore
package import SkeinHTTP2

/// What a client stream tells its call. On the connection's loop.
package protocol ClientStreamSink: AnyObject, Sendable {
    func received(metadata: Metadata)
    /// A message has come. Of a streamed response the pipes hold it already.
    func received(message: ReceivedMessage)
    /// Exactly once, and last.
    func ended(_ end: ClientStreamEnd)
}

/// How an attempt ended.
package struct ClientStreamEnd: Sendable {
    package var status: Status
    package var trailers: Metadata
    package var origin: RPCError.Origin
    /// Whether the server may have acted on the call.
    package var fate: StreamClosure.Fate

    /// How loaded the server said it is.
    package var load: ServerLoad?
    /// `trailers` has a load report in gRPC's form.
    package var hasLoadReport = false

    package init(status: Status, trailers: Metadata = [:], origin: RPCError.Origin, fate: StreamClosure.Fate) {
        self.status = status
        self.trailers = trailers
        self.origin = origin
        self.fate = fate
    }
}

/// One attempt of a call on one connection.
///
/// Exclusive access needs no check at run time: only the loop touches what is marked, and never from within itself.
package final class ClientStream: CallStream, DeadlineHeapElement, @unchecked Sendable {
    package let method: MethodDescriptor
    package let deadline: Deadline?
    var request: OutgoingRequest
    /// The one request message, framed; `nil` when the pipes bring the messages.
    var message: Buffer?
    @exclusivity(unchecked) var machine: ClientStreamMachine
    /// `nil` once the call has ended.
    @exclusivity(unchecked) var sink: (any ClientStreamSink)?
    /// Not a call: it may not ask for a PING ahead of it.
    package var isAside = false
    /// Given to the session: a stream that is not has no events.
    var isSubmitted = false
    /// Why the call was ended before it was submitted.
    var earlyEnd: RPCError?
    package var heapIndex = -1
    package var deadlineInstant: ContinuousClock.Instant { deadline?.instant ?? .now }

    package init(
        _ method: MethodDescriptor, _ request: OutgoingRequest, message: Buffer?, deadline: Deadline?,
        sink: any ClientStreamSink
    ) {
        self.method = method
        self.request = request
        self.message = message
        self.deadline = deadline
        self.sink = sink
        machine = ClientStreamMachine(kind: method.kind)
        super.init()
    }
}
