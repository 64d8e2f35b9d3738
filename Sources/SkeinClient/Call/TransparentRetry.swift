// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinTransport

/// Which ended attempts no server has acted on, so that the call may go elsewhere unnoticed (gRFC A6): those that were
/// never written, again and again until the deadline; those that a server refused, once.
struct TransparentRetry {
    private var hasRetriedRefused = false

    mutating func mayTryAgain(after end: ClientStreamEnd) -> Bool {
        guard end.status.code == .unavailable else { return false }
        switch end.fate {
        case .unsent: return true
        case .refused:
            defer { hasRetriedRefused = true }
            return !hasRetriedRefused
        case .processed: return false
        }
    }
}
