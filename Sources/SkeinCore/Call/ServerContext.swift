// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What a handler knows of its call, and where it puts metadata for the caller.
public final class ServerContext: Sendable {
    /// A call made inside the handler that ends with it.
    package typealias Dependent = @Sendable (RPCError) -> Void

    /// What goes ahead of the first response message.
    package struct Head: Sendable {
        package var metadata = Metadata()
        /// How the messages that are marked so are compressed.
        package var compressor: (any Compressor)?

        package init() {}
    }

    private struct State {
        var head = Head()
        var isHeadTaken = false
        var hooks: MessageHooks?
        var trailingMetadata = Metadata()
        var cancellation: CancellationReason?
        var hasReturned = false
        var dependents: [Int: Dependent] = [:]
        var nextDependent = 0

        mutating func takeDependents() -> [Int: Dependent] {
            defer { dependents = [:] }
            return dependents
        }
    }

    public let method: MethodDescriptor
    /// What the client sent, without the names that belong to gRPC.
    public let metadata: Metadata
    public let peer: Peer
    /// When the client stops waiting; `nil` when it set no deadline.
    public let deadline: Deadline?
    private let responder: (any ServerContextResponder)?
    private let state = Mutex(State())

    package init(
        method: MethodDescriptor, metadata: Metadata, peer: Peer, deadline: Deadline?,
        responder: (any ServerContextResponder)? = nil
    ) {
        self.method = method
        self.responder = responder
        self.metadata = metadata
        self.peer = peer
        self.deadline = deadline
    }

    /// Whether the request message came compressed; where requests stream, the one that was read last.
    public var requestWasCompressed: Bool { responder?.requestWasCompressed ?? false }

    /// The context of the handler that this task runs in.
    @TaskLocal public static var current: ServerContext?

    /// Sent before the first message. Changes made after that are not sent.
    public var initialMetadata: Metadata {
        get { state.withLock { $0.head.metadata } }
        set { state.withLock { $0.head.metadata = newValue } }
    }

    /// Sent with the status.
    public var trailingMetadata: Metadata {
        get { state.withLock { $0.trailingMetadata } }
        set { state.withLock { $0.trailingMetadata = newValue } }
    }

    /// Sends the initial metadata now, ahead of the first message.
    public func sendInitialMetadata() { responder?.sendInitialMetadata() }

    /// Compresses the response messages from now on, if the client reads what `compression` names and the server has
    /// it; they go as they are otherwise. Of no effect once initial metadata or a message has been sent.
    public func compressResponses(with compression: Compression) {
        let compressor = responder?.responseCompressor(compression.name)
        state.withLock { if !$0.isHeadTaken { $0.head.compressor = compressor } }
    }

    // MARK: for interceptors

    /// Looks at each request message, serialised and decompressed, and may change it. An error ends the call. For
    /// interceptors, before they call `next`.
    public func onRequestMessage(_ hook: @escaping @Sendable (inout Buffer) throws(RPCError) -> Void) {
        withHooks { $0.request.append(hook) }
    }

    /// Looks at each response message, serialised, before it is compressed and sent, and may change it. An error ends
    /// the call. For interceptors, before they call `next`.
    public func onResponseMessage(_ hook: @escaping @Sendable (inout Buffer) throws(RPCError) -> Void) {
        withHooks { $0.response.append(hook) }
    }

    /// Called exactly once, with the status the client gets, when the handler has returned. Must return quickly. For
    /// interceptors.
    public func onEnd(_ hook: @escaping @Sendable (CallSummary) -> Void) { withHooks { $0.end.append(hook) } }

    private func withHooks(_ change: (inout MessageHooks) -> Void) {
        state.withLock { state in
            var hooks = state.hooks.take() ?? MessageHooks()
            change(&hooks)
            state.hooks = hooks
        }
    }

    /// What interceptors asked for.
    package var hooks: MessageHooks? { state.withLock { $0.hooks } }

    /// Why nobody waits for the answer any more; `nil` while somebody does. The handler's task is cancelled, too.
    public var cancellation: CancellationReason? { state.withLock { $0.cancellation } }

    public var isCancelled: Bool { cancellation != nil }

    // MARK: the server's side

    /// The head of the response, which does not change any more.
    package func takeHead() -> Head {
        state.withLock { state in
            state.isHeadTaken = true
            return state.head
        }
    }

    /// How to compress a response message.
    package var responseCompressor: (any Compressor)? { state.withLock { $0.head.compressor } }

    /// Ends the calls made inside the handler. The first reason stays.
    package func cancel(_ reason: CancellationReason) {
        let dependents = state.withLock { state -> [Int: Dependent] in
            guard state.cancellation == nil, !state.hasReturned else { return [:] }
            state.cancellation = reason
            return state.takeDependents()
        }
        let error = RPCError(reason.code, "the handler of \(method) was cancelled: \(reason)")
        for end in dependents.values { end(error) }
    }

    /// The handler has returned: calls it left behind end now. Gives the metadata to send.
    package func handlerReturned() -> (head: Head, trailing: Metadata) {
        let (dependents, metadata) = state.withLock { state in
            state.hasReturned = true
            return (state.takeDependents(), (state.head, state.trailingMetadata))
        }
        if !dependents.isEmpty {
            let error = RPCError(.cancelled, "the handler of \(method) returned; make the call .detached to outlive it")
            for end in dependents.values { end(error) }
        }
        return metadata
    }

    // MARK: the client's side

    /// Ties a call to this handler: `end` is called when the handler is cancelled or returns, from any thread.
    /// Throws when that has happened already. The answer goes to `release` when the call ends by itself.
    package func adopt(_ call: MethodDescriptor, _ end: @escaping Dependent) throws(RPCError) -> Int {
        let outcome = state.withLock { state -> Result<Int, RPCError> in
            if state.hasReturned {
                return .failure(
                    RPCError(
                        .cancelled,
                        "call \(call): the handler of \(method) it belongs to has returned; make the call .detached"))
            }
            if let reason = state.cancellation {
                return .failure(
                    RPCError(reason.code, "call \(call): the handler of \(method) was cancelled: \(reason)"))
            }
            state.nextDependent += 1
            state.dependents[state.nextDependent] = end
            return .success(state.nextDependent)
        }
        return try outcome.get()
    }

    package func release(_ dependent: Int) {
        state.withLock { _ = $0.dependents.removeValue(forKey: dependent) }
    }
}

/// The stream underneath a context.
package protocol ServerContextResponder: AnyObject, Sendable {
    func sendInitialMetadata()

    /// Of the request message, or of the one that the handler read last.
    var requestWasCompressed: Bool { get }

    /// The compressor `name`, if the server has it and the client reads what it writes.
    func responseCompressor(_ name: String) -> (any Compressor)?
}

/// Why a handler was cancelled.
public enum CancellationReason: Sendable, Hashable, CustomStringConvertible {
    /// The client cancelled the call.
    case client
    case deadline
    case connectionLost
    /// The server's grace for running calls ended.
    case shutdown

    package var code: StatusCode {
        switch self {
        case .client, .connectionLost: .cancelled
        case .deadline: .deadlineExceeded
        case .shutdown: .unavailable
        }
    }

    public var description: String {
        switch self {
        case .client: "the client cancelled the call"
        case .deadline: "the deadline passed"
        case .connectionLost: "the connection was lost"
        case .shutdown: "the server shuts down"
        }
    }
}
