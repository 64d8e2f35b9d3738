// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// The status of a call that ended without a `grpc-status`.
package enum StatusMapping {
    package static func code(httpStatus: Int) -> StatusCode {
        switch httpStatus {
        case 400, 431: .internal
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }

    package static func code(reset code: HTTP2ErrorCode) -> StatusCode {
        switch code {
        case .refusedStream: .unavailable
        case .cancel: .cancelled
        case .enhanceYourCalm: .resourceExhausted
        case .inadequateSecurity: .permissionDenied
        case .streamClosed: .unknown
        default: code.rawValue <= HTTP2ErrorCode.http11Required.rawValue ? .internal : .unknown
        }
    }

    /// The status of a call whose stream closed before a status came.
    package static func status(_ closure: StreamClosure, deadlinePassed: Bool) -> Status {
        switch (closure.cause, closure.fate) {
        case (.connectionLost, .unsent):
            return Status(.unavailable, "the connection closed before the request was written")
        case (.connectionLost, _):
            return Status(.unavailable, "the connection closed before the call ended")
        case (.headersTooLarge, _):
            return Status(.resourceExhausted, "the request headers are too large to send")
        case (.violation, _):
            return Status(.internal, "the response breaks HTTP/2 (\(closure.code))")
        case (.peer, .unsent):
            return Status(.unavailable, "the connection takes no more calls; the request was not written")
        case (.peer, .refused):
            return Status(.unavailable, "the server refused the stream before processing it")
        case (.peer, .processed), (.local, _):
            if closure.code == .cancel, deadlinePassed {
                return Status(.deadlineExceeded, "the deadline passed before the call ended")
            }
            let verb = closure.cause == .local ? "the call was reset with" : "the server reset the stream with"
            return Status(code(reset: closure.code), "\(verb) \(closure.code)")
        }
    }
}
