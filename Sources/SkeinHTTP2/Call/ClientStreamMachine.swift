// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// What the events of a client's stream mean for its call. The first `ended` is the only one.
package struct ClientStreamMachine: Sendable {
    package enum Output: Sendable {
        case none
        /// Initial metadata.
        case metadata(Metadata)
        /// The message just read is the application's.
        case message
        /// If the stream is still open, it is to be reset with CANCEL.
        case ended(Status, metadata: Metadata, origin: RPCError.Origin)
    }

    private enum State {
        case waitingForHead
        case open(httpStatus: Int)
        case ended
    }

    private let hasSingleResponse: Bool
    private var state = State.waitingForHead
    private var messages = 0

    package init(kind: CallKind) { hasSingleResponse = kind.hasSingleResponse }

    package var hasEnded: Bool {
        if case .ended = state { true } else { false }
    }

    package mutating func head(
        _ head: borrowing ResponseHead, endStream: Bool, compressors: borrowing CompressorRegistry
    ) -> Output {
        guard case .waitingForHead = state else { return .none }
        if head.isOverLimit {
            return end(.resourceExhausted, "the response headers exceed the limit")
        }
        if endStream {
            if let status = head.status { return finish(status, head.metadata, isTruncated: false) }
            return end(Self.withoutStatus(head))
        }
        guard head.contentType == .grpc else { return end(Self.withoutStatus(head)) }
        guard head.isIdentityEncoded || compressors.find(head.encoding) != nil else {
            return end(.internal, "the response has the grpc-encoding \"\(head.encoding)\", which was not offered")
        }
        state = .open(httpStatus: head.httpStatus)
        return .metadata(head.metadata)
    }

    /// One message was read.
    package mutating func message() -> Output {
        guard !hasEnded else { return .none }
        messages += 1
        if hasSingleResponse, messages > 1 {
            return end(.unimplemented, "the server sent more than one message; the method has one response")
        }
        return .message
    }

    /// All messages were read. `isTruncated`: the last one is incomplete.
    package mutating func trailers(_ trailers: borrowing Trailers, isTruncated: Bool = false) -> Output {
        guard case .open(let httpStatus) = state else { return .none }
        if trailers.isOverLimit {
            return end(.resourceExhausted, "the response trailers exceed the limit")
        }
        guard let status = trailers.status else { return endWithoutStatus(httpStatus) }
        return finish(status, trailers.metadata, isTruncated: isTruncated)
    }

    /// The server ended the stream with a DATA frame.
    package mutating func endStream() -> Output {
        guard case .open(let httpStatus) = state else { return .none }
        return endWithoutStatus(httpStatus)
    }

    package mutating func closed(_ closure: StreamClosure, deadlinePassed: Bool) -> Output {
        end(StatusMapping.status(closure, deadlinePassed: deadlinePassed))
    }

    /// The bytes are not what they should be, or the call ends from this side.
    package mutating func failed(_ status: Status) -> Output { end(status) }

    private mutating func finish(_ status: Status, _ metadata: Metadata, isTruncated: Bool) -> Output {
        if status.code == .ok {
            if isTruncated { return end(MessageDeframer.truncated.status) }
            if hasSingleResponse, messages == 0 {
                return end(.unimplemented, "the server sent no message; the method has one response")
            }
        }
        state = .ended
        return .ended(status, metadata: metadata, origin: .peer)
    }

    private mutating func end(_ code: StatusCode, _ message: String) -> Output { end(Status(code, message)) }

    private mutating func end(_ status: Status) -> Output {
        guard !hasEnded else { return .none }
        state = .ended
        return .ended(status, metadata: [:], origin: .local)
    }

    private mutating func endWithoutStatus(_ httpStatus: Int) -> Output {
        end(
            StatusMapping.code(httpStatus: httpStatus),
            "the server ended the stream without a grpc-status (HTTP status \(httpStatus))")
    }

    private static func withoutStatus(_ head: borrowing ResponseHead) -> Status {
        let code = StatusMapping.code(httpStatus: head.httpStatus)
        switch head.contentType {
        case .grpc:
            return Status(code, "the server ended the call without a grpc-status (HTTP status \(head.httpStatus))")
        case .missing:
            return Status(code, "the response is not gRPC: HTTP status \(head.httpStatus), no content-type")
        case .other:
            return Status(
                code,
                "the response is not gRPC: HTTP status \(head.httpStatus), content-type \"\(head.contentTypeText)\"")
        }
    }
}
