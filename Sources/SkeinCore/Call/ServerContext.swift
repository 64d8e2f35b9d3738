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
        var load: LoadBox?
        var trailingMetadata = Metadata()
        var cancellation: CancellationReason?
        var hasReturned = false
        var shouldMove = false
        /// Wait for that.
        var movers: [Int: UnsafeContinuation<Void, Never>] = [:]
        var nextMover = 0
        var dependents: [Int: Dependent] = [:]
        var nextDependent = 0

        mutating func takeDependents() -> [Int: Dependent] {
            defer { dependents = [:] }
            return dependents
        }
    }

    /// Apart, since few handlers need the room.
    private final class LoadBox: Sendable {
        let report: LoadReport
        init(_ report: LoadReport) { self.report = report }
    }

    /// What the handler has left when it returned.
    package struct Leavings {
        package var head: Head
        package var trailing: Metadata
        /// What it told of the load.
        package var load: LoadReport?
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

    /// What the handler tells clients of the server's load and of what the call cost, for their load balancing: sent
    /// with the status, to whoever calls (gRFC A51).
    public var loadMetrics: LoadReport {
        get { state.withLock { $0.load }?.report ?? LoadReport() }
        set {
            let box = LoadBox(newValue)
            state.withLock { $0.load = box }
        }
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

    // MARK: moving

    /// Whether the call should end soon, so that its client calls again and is balanced anew: the stream is as old as the
    /// server lets streams get, or its connection closes. A handler that sees this finishes what it is at and returns;
    /// after a grace the stream ends with `unavailable` and the trailer `skein-move: 1`.
    public var shouldMove: Bool { state.withLock { $0.shouldMove } }

    /// Returns when the call should end soon, or the task is cancelled: for a handler that waits for something else
    /// meanwhile.
    public nonisolated(nonsending) func waitUntilShouldMove() async {
        let number = state.withLock { state in
            state.nextMover += 1
            return state.nextMover
        }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (waiter: UnsafeContinuation<Void, Never>) in
                let mustWait = state.withLock { state in
                    guard !state.shouldMove, !Task.isCancelled else { return false }
                    state.movers[number] = waiter
                    return true
                }
                if !mustWait { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.movers.removeValue(forKey: number) }?.resume()
        }
    }

    /// The call should end soon.
    package func move() {
        let movers = state.withLock { state in
            state.shouldMove = true
            defer { state.movers = [:] }
            return state.movers
        }
        for waiter in movers.values { waiter.resume() }
    }

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

    /// The handler has returned: calls it left behind end now. Gives what is to be sent.
    package func handlerReturned() -> Leavings {
        let (dependents, leavings) = state.withLock { state in
            state.hasReturned = true
            return (
                state.takeDependents(),
                Leavings(head: state.head, trailing: state.trailingMetadata, load: state.load?.report)
            )
        }
        if !dependents.isEmpty {
            let error = RPCError(.cancelled, "the handler of \(method) returned; make the call .detached to outlive it")
            for end in dependents.values { end(error) }
        }
        return leavings
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
    /// The stream was older than the server lets streams get, and its grace ended.
    case streamAge

    package var code: StatusCode {
        switch self {
        case .client, .connectionLost: .cancelled
        case .deadline: .deadlineExceeded
        case .shutdown, .streamAge: .unavailable
        }
    }

    public var description: String {
        switch self {
        case .client: "the client cancelled the call"
        case .deadline: "the deadline passed"
        case .connectionLost: "the connection was lost"
        case .shutdown: "the server shuts down"
        case .streamAge: "the stream is too old"
        }
    }
}
