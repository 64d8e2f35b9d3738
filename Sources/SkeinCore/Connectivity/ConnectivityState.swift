// SPDX-License-Identifier: Apache-2.0

/// The state of a channel or a subchannel (grpc/doc/connectivity-semantics-and-api.md).
public enum ConnectivityState: Sendable {
    case idle
    case connecting
    case ready
    /// No connection, with the reason; a new try follows after a backoff.
    case transientFailure(RPCError)
    case shutdown
}

extension ConnectivityState {
    public var isReady: Bool { if case .ready = self { true } else { false } }
    public var isTransientFailure: Bool { if case .transientFailure = self { true } else { false } }

    /// Whether both are the same state, whatever the reason of a failure.
    public func isSameKind(as other: ConnectivityState) -> Bool {
        switch (self, other) {
        case (.idle, .idle), (.connecting, .connecting), (.ready, .ready), (.shutdown, .shutdown),
            (.transientFailure, .transientFailure):
            true
        default: false
        }
    }
}

extension ConnectivityState: CustomStringConvertible {
    public var description: String {
        switch self {
        case .idle: "IDLE"
        case .connecting: "CONNECTING"
        case .ready: "READY"
        case .transientFailure(let error): "TRANSIENT_FAILURE (\(error.message))"
        case .shutdown: "SHUTDOWN"
        }
    }
}
