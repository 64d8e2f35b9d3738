// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// Drives a machine that has one timer: runs `check` when told to, and again at the instant that it answers. On the
/// loop.
final class CheckTimer {
    private let timers: LoopTimers
    private let check: (ContinuousClock.Instant) -> ContinuousClock.Instant?
    private var timer: LoopTimer?
    private var isStopped = false

    /// - Parameter check: when to check again; `nil`: when told to.
    init(
        on timers: LoopTimers, check: @escaping (ContinuousClock.Instant) -> ContinuousClock.Instant?
    ) {
        self.timers = timers
        self.check = check
    }

    func checkNow() {
        guard !isStopped else { return }
        set(check(.now))
    }

    /// Checks at `instant`, and not sooner.
    func set(_ instant: ContinuousClock.Instant?) {
        timer?.cancel()
        timer = nil
        guard let instant, !isStopped else { return }
        timer = timers.schedule(in: TimeAmount(instant - .now)) { [weak self] in self?.checkNow() }
    }

    func stop() {
        isStopped = true
        set(nil)
    }
}
