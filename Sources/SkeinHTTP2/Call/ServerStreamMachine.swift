// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// What the events of a server's stream mean for its call.
package struct ServerStreamMachine: Sendable {
    package enum Output: Sendable {
        case none
        /// Start the handler.
        case accept
        /// Answer at once with trailers alone; there is no handler.
        case reject(Rejection)
        /// The message just read is the handler's.
        case message
        /// The handler has seen all messages there are.
        case endOfRequests
        /// The client broke the method's shape: cancel the handler and answer with this.
        case violation(Status)
    }

    private enum State {
        case waitingForHead
        case open
        case halfClosed
        case ended
    }

    private var state = State.waitingForHead
    private var hasSingleRequest = false
    private var messages = 0

    package init() {}

    /// The head has nothing to reject, and its path is that of a method of this kind.
    package mutating func head(kind: CallKind, endStream: Bool) -> Output {
        guard case .waitingForHead = state else { return .none }
        hasSingleRequest = kind.hasSingleRequest
        if endStream, hasSingleRequest {
            state = .ended
            return .reject(Rejection(.unimplemented, Self.noMessage))
        }
        state = endStream ? .halfClosed : .open
        return .accept
    }

    /// One message was read.
    package mutating func message() -> Output {
        guard case .open = state else { return .none }
        messages += 1
        if hasSingleRequest, messages > 1 {
            return violate(.unimplemented, "the client sent more than one message; the method has one request")
        }
        return .message
    }

    /// The client has sent all, and all messages were read. `isTruncated`: the last one is incomplete.
    package mutating func endStream(isTruncated: Bool = false) -> Output {
        guard case .open = state else { return .none }
        if isTruncated {
            state = .ended
            return .violation(MessageDeframer.truncated.status)
        }
        if hasSingleRequest, messages == 0 { return violate(.unimplemented, Self.noMessage) }
        state = .halfClosed
        return .endOfRequests
    }

    /// The bytes are not messages, or too many.
    package mutating func failed(_ status: Status) -> Output {
        switch state {
        case .open, .halfClosed:
            state = .ended
            return .violation(status)
        case .waitingForHead, .ended: return .none
        }
    }

    private mutating func violate(_ code: StatusCode, _ message: String) -> Output {
        state = .ended
        return .violation(Status(code, message))
    }

    private static let noMessage = "the client sent no message; the method has one request"
}
