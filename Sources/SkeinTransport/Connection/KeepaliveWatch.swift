// SPDX-License-Identifier: Apache-2.0
internal import SkeinHTTP2

/// A connection's keepalive: the machine, its timer, and what it asks of the connection. On the loop.
final class KeepaliveWatch {
    private var machine: KeepaliveMachine
    private let ping: () -> Void
    private let dead: () -> Void
    private let liveStreams: () -> Int
    private lazy var timer = CheckTimer(on: timers) { [unowned self] in check(at: $0) }
    private let timers: LoopTimers

    init(
        _ keepalive: Keepalive, on timers: LoopTimers, liveStreams: @escaping () -> Int,
        ping: @escaping () -> Void, dead: @escaping () -> Void
    ) {
        machine = KeepaliveMachine(
            interval: keepalive.interval, timeout: keepalive.timeout, withoutCalls: keepalive.withoutCalls, now: .now)
        self.timers = timers
        self.liveStreams = liveStreams
        self.ping = ping
        self.dead = dead
    }

    func start() { timer.checkNow() }
    func stop() { timer.stop() }
    func received() { machine.received(at: .now) }

    /// Ahead of a call's first frame.
    func streamStarts() {
        guard let step = machine.streamStarts(at: .now) else { return }
        timer.set(perform(step))
    }

    private func check(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        perform(machine.check(at: now, liveStreams: liveStreams()))
    }

    private func perform(_ step: KeepaliveMachine.Step) -> ContinuousClock.Instant? {
        switch step {
        case .wait(let instant): return instant
        case .ping(let instant):
            ping()
            return instant
        case .rest: return nil
        case .dead:
            dead()
            return nil
        }
    }
}
