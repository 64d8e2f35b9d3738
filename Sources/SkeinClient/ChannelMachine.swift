// SPDX-License-Identifier: Apache-2.0

/// When a channel resolves and connects: from its first call until it was unused for the idle timeout, or shut down.
struct ChannelMachine {
    enum Command: Equatable {
        case nothing
        /// Start resolving; check for idleness every `checkEvery`.
        case activate(checkEvery: Duration)
        case goIdle
        case close
    }

    private enum State {
        case idle
        /// `attempts`: started when last looked at, which was before `since` or at it.
        case active(attempts: UInt64, since: ContinuousClock.Instant)
        case closed
    }

    private var state = State.idle
    private let idleTimeout: Duration

    init(idleTimeout: Duration) { self.idleTimeout = idleTimeout }

    var isActive: Bool { if case .active = state { true } else { false } }

    /// A call waits, or the application asks to connect.
    mutating func wanted(_ now: ContinuousClock.Instant) -> Command {
        guard case .idle = state else { return .nothing }
        state = .active(attempts: 0, since: now)
        return .activate(checkEvery: max(.milliseconds(10), idleTimeout / 8))
    }

    /// A look at the activity: attempts started so far, and whether any call runs or waits.
    mutating func checked(attempts: UInt64, isBusy: Bool, _ now: ContinuousClock.Instant) -> Command {
        guard case .active(let before, let since) = state else { return .nothing }
        if isBusy || attempts != before {
            state = .active(attempts: attempts, since: now)
            return .nothing
        }
        guard now - since >= idleTimeout else { return .nothing }
        state = .idle
        return .goIdle
    }

    mutating func shutDown() -> Command {
        if case .closed = state { return .nothing }
        state = .closed
        return .close
    }
}
