// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinTransport

/// When one subchannel connects, to which of its endpoint's addresses, and what it is to the policy meanwhile.
///
/// idle → connecting → ready → idle; when every address has failed: transient failure, then idle after the backoff,
/// which counts from the start of the attempt. While it connects, the addresses are raced: the next is tried when the
/// last one fails, or takes `HappyEyeballs.attemptDelay`, and the first that answers wins. A server that closes every connection as soon as it
/// is made is not asked more often than every `pause`.
struct SubchannelMachine {
    enum Command {
        case nothing
        /// Call `attemptDelayElapsed` after the delay, unless `connect` is asked for again before.
        case connect(EndpointAddress, nextAfter: Duration?)
        /// Call `pauseElapsed` after this time; the subchannel is connecting meanwhile.
        case pause(Duration)
        case report(ConnectivityState)
        /// Report the failure, and call `backoffElapsed` after `delay`.
        case backOff(RPCError, delay: Duration)
    }

    private enum State {
        case idle
        case pausing
        /// The addresses before `next` have been tried; `running` of them have not failed.
        case connecting(next: Int, running: Int, since: ContinuousClock.Instant)
        case ready
        case backingOff
        case shutDown
    }

    private var state = State.idle
    private var failures = 0
    private var lastStart: ContinuousClock.Instant?
    /// So many addresses are raced at a time.
    static let mostAttempts = 8
    /// The least time between the starts of two attempts.
    static let pause = Duration.milliseconds(100)
    private let addresses: [EndpointAddress]
    private let backoff: Backoff

    init(_ addresses: [EndpointAddress], backoff: Backoff) {
        self.addresses = HappyEyeballs.interleave(addresses)
        self.backoff = backoff
    }

    /// The policy wants a connection. The caller reports `connecting` unless the answer is `nothing`.
    mutating func connect(_ now: ContinuousClock.Instant) -> Command {
        guard case .idle = state, !addresses.isEmpty else { return .nothing }
        if let lastStart, now - lastStart < SubchannelMachine.pause {
            state = .pausing
            return .pause(SubchannelMachine.pause - (now - lastStart))
        }
        return start(now)
    }

    mutating func pauseElapsed(_ now: ContinuousClock.Instant) -> Command {
        guard case .pausing = state else { return .nothing }
        return start(now)
    }

    private mutating func start(_ now: ContinuousClock.Instant) -> Command {
        lastStart = now
        return attempt(0, running: 0, since: now)
    }

    private mutating func attempt(_ address: Int, running: Int, since: ContinuousClock.Instant) -> Command {
        let next = address + 1
        state = .connecting(next: next, running: running + 1, since: since)
        return .connect(addresses[address], nextAfter: next < addresses.count ? HappyEyeballs.attemptDelay : nil)
    }

    /// The last attempt takes long.
    mutating func attemptDelayElapsed() -> Command {
        guard case .connecting(let next, let running, let since) = state, next < addresses.count,
            running < SubchannelMachine.mostAttempts
        else { return .nothing }
        return attempt(next, running: running, since: since)
    }

    /// The server's SETTINGS have arrived: this, and not the TCP handshake, ends the backoff.
    mutating func connected() -> Command {
        guard case .connecting = state else { return .nothing }
        state = .ready
        failures = 0
        return .report(.ready)
    }

    /// One of the running attempts failed. `chance` is uniform in 0..<1.
    mutating func failed(_ error: RPCError, _ now: ContinuousClock.Instant, chance: Double) -> Command {
        guard case .connecting(let next, let running, let since) = state else { return .nothing }
        if next < addresses.count { return attempt(next, running: running - 1, since: since) }
        guard running == 1 else {
            state = .connecting(next: next, running: running - 1, since: since)
            return .nothing
        }
        failures += 1
        state = .backingOff
        let delay = max(.zero, since + backoff.delay(afterFailures: failures, chance: chance) - now)
        return .backOff(error, delay: delay)
    }

    mutating func backoffElapsed() -> Command {
        guard case .backingOff = state else { return .nothing }
        state = .idle
        return .report(.idle)
    }

    /// The connection takes no more calls, or is gone.
    mutating func disconnected() -> Command {
        guard case .ready = state else { return .nothing }
        state = .idle
        return .report(.idle)
    }

    var isReady: Bool { if case .ready = state { true } else { false } }

    mutating func shutDown() { state = .shutDown }

    var isShutDown: Bool { if case .shutDown = state { true } else { false } }
}
