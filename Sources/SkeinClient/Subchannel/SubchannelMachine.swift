// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// When one subchannel connects, to which of its endpoint's addresses, and what it is to the policy meanwhile.
///
/// idle → connecting (each address in turn) → ready → idle; when every address has failed: transient failure, then idle
/// after the backoff, which counts from the start of the attempt. A server that closes every connection as soon as it
/// is made is not asked more often than every `pause`.
struct SubchannelMachine {
    enum Command {
        case nothing
        case connect(EndpointAddress)
        /// Call `pauseElapsed` after this time; the subchannel is connecting meanwhile.
        case pause(Duration)
        case report(ConnectivityState)
        /// Report the failure, and call `backoffElapsed` after `delay`.
        case backOff(RPCError, delay: Duration)
    }

    private enum State {
        case idle
        case pausing
        case connecting(address: Int, since: ContinuousClock.Instant)
        case ready
        case backingOff
        case shutDown
    }

    private var state = State.idle
    private var failures = 0
    private var lastStart: ContinuousClock.Instant?
    /// The least time between the starts of two attempts.
    static let pause = Duration.milliseconds(100)
    private let addresses: [EndpointAddress]
    private let backoff: Backoff

    init(_ addresses: [EndpointAddress], backoff: Backoff) {
        self.addresses = addresses
        self.backoff = backoff
    }

    /// The policy wants a connection. The caller reports `connecting` unless the answer is `nothing`.
    mutating func connect(_ now: ContinuousClock.Instant) -> Command {
        guard case .idle = state, let first = addresses.first else { return .nothing }
        if let lastStart, now - lastStart < SubchannelMachine.pause {
            state = .pausing
            return .pause(SubchannelMachine.pause - (now - lastStart))
        }
        return start(first, now)
    }

    mutating func pauseElapsed(_ now: ContinuousClock.Instant) -> Command {
        guard case .pausing = state, let first = addresses.first else { return .nothing }
        return start(first, now)
    }

    private mutating func start(_ address: EndpointAddress, _ now: ContinuousClock.Instant) -> Command {
        state = .connecting(address: 0, since: now)
        lastStart = now
        return .connect(address)
    }

    /// The server's SETTINGS have arrived: this, and not the TCP handshake, ends the backoff.
    mutating func connected() -> Command {
        guard case .connecting = state else { return .nothing }
        state = .ready
        failures = 0
        return .report(.ready)
    }

    /// The attempt failed. `chance` is uniform in 0..<1.
    mutating func failed(_ error: RPCError, _ now: ContinuousClock.Instant, chance: Double) -> Command {
        guard case .connecting(let address, let since) = state else { return .nothing }
        if address + 1 < addresses.count {
            state = .connecting(address: address + 1, since: since)
            return .connect(addresses[address + 1])
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

    mutating func shutDown() { state = .shutDown }

    var isShutDown: Bool { if case .shutDown = state { true } else { false } }
}
