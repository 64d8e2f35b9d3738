// SPDX-License-Identifier: Apache-2.0

/// Why a call failed: the only error type that calls throw.
///
/// A handler throws it to choose the status its caller sees. On the client it carries the server's status and trailing
/// metadata, or the status the library made itself (`origin` tells which), and one summary for each attempt made.
public struct RPCError: Error, Sendable {
    private final class Storage: Sendable {
        let status: Status
        let metadata: Metadata
        let cause: (any Error)?
        let origin: Origin
        let attempts: [AttemptSummary]

        init(
            _ status: Status, _ metadata: Metadata, _ cause: (any Error)?, _ origin: Origin,
            _ attempts: [AttemptSummary]
        ) {
            self.status = status
            self.metadata = metadata
            self.cause = cause
            self.origin = origin
            self.attempts = attempts
        }
    }

    /// Who decided the status.
    public enum Origin: Sendable, Hashable {
        /// The other side sent it.
        case peer
        /// This process made it: nothing, or nothing complete, came from the other side.
        case local
    }

    private var storage: Storage

    /// An error to throw: from a handler, an interceptor, a resolver, a policy.
    public init(_ code: StatusCode, _ message: String, metadata: Metadata = [:], cause: (any Error)? = nil) {
        self.init(Status(code, message), metadata: metadata, cause: cause, origin: .local)
    }

    package init(
        _ status: Status, metadata: Metadata = [:], cause: (any Error)? = nil, origin: Origin,
        attempts: [AttemptSummary] = []
    ) {
        storage = Storage(status, metadata, cause, origin, attempts)
    }

    public var status: Status { storage.status }
    public var code: StatusCode { storage.status.code }
    public var message: String { storage.status.message }

    /// Trailing metadata: what the server sent with its status, or what a handler wants sent with it.
    public var metadata: Metadata {
        get { storage.metadata }
        set { storage = Storage(status, newValue, cause, origin, attempts) }
    }

    /// The error underneath, when this one was made from another.
    public var cause: (any Error)? { storage.cause }
    public var origin: Origin { storage.origin }

    /// One summary for each attempt, in order of start; empty when the call never reached a connection.
    public var attempts: [AttemptSummary] { storage.attempts }

    package func with(attempts: [AttemptSummary]) -> RPCError {
        RPCError(status, metadata: metadata, cause: cause, origin: origin, attempts: attempts)
    }
}

extension RPCError: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { status.description }

    public var debugDescription: String {
        var text = "\(status) (\(origin))"
        if let cause { text += ", caused by \(cause)" }
        if !attempts.isEmpty { text += ", attempts: \(attempts.map(\.description).joined(separator: "; "))" }
        return text
    }
}

/// Lets `catch StatusCode.unauthenticated` and `case .notFound` match an error.
public func ~= (code: StatusCode, error: any Error) -> Bool {
    (error as? RPCError)?.code == code
}

/// An application's own error that knows its status. A handler may throw it; any other error becomes `unknown`.
public protocol RPCErrorConvertible: Error {
    var rpcError: RPCError { get }
}

extension RPCError {
    /// What a caller sees when `thrower` throws `error`: itself, its own conversion, `cancelled`, or `unknown`.
    package init(thrown error: any Error, by thrower: StaticString = "the handler") {
        switch error {
        case let error as RPCError: self = error
        case let error as any RPCErrorConvertible: self = error.rpcError
        case is CancellationError: self.init(.cancelled, "\(thrower) was cancelled", cause: error)
        default: self.init(.unknown, "\(thrower) threw \(type(of: error))", cause: error)
        }
    }
}
