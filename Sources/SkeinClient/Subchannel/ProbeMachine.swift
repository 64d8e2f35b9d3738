// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Whether a connection's server is asked for its load: one question at a time, until it turns out that it does not
/// answer.
struct ProbeMachine: Sendable {
    /// What an answer may take.
    static let timeout = Duration.seconds(1)
    /// So many unanswered ones in a row are enough.
    static let mostTimeouts = 3

    private enum State {
        case resting, waiting, over
    }

    private var state = State.resting
    private var timeouts = 0

    var isOver: Bool { state == .over }

    /// Whether to ask now.
    mutating func begin() -> Bool {
        guard state == .resting else { return false }
        state = .waiting
        return true
    }

    /// - Parameter hasLoad: the load came with the answer, and can be used.
    mutating func ended(_ code: StatusCode, hasLoad: Bool) {
        guard state == .waiting else { return }
        state = .resting
        switch code {
        // Without it, this is another server, or there are several behind the connection.
        case .ok where !hasLoad: state = .over
        case .ok: timeouts = 0
        case .unimplemented, .permissionDenied, .unauthenticated: state = .over
        case .deadlineExceeded:
            timeouts += 1
            if timeouts == ProbeMachine.mostTimeouts { state = .over }
        default: break
        }
    }
}
