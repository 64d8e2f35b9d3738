// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// Drives a machine that has one timer: runs `check` when told to, and again at the instant that it answers. On the
/// loop.
final class CheckTimer {
    private let eventLoop: any EventLoop
    private let check: (ContinuousClock.Instant) -> ContinuousClock.Instant?
    private var task: Scheduled<Void>?
    private var isStopped = false

    /// - Parameter check: when to check again; `nil`: when told to.
    init(
        on eventLoop: any EventLoop, check: @escaping (ContinuousClock.Instant) -> ContinuousClock.Instant?
    ) {
        self.eventLoop = eventLoop
        self.check = check
    }

    deinit { task?.cancel() }

    func checkNow() {
        guard !isStopped else { return }
        set(check(.now))
    }

    /// Checks at `instant`, and not sooner.
    func set(_ instant: ContinuousClock.Instant?) {
        task?.cancel()
        task = nil
        guard let instant, !isStopped else { return }
        let delay = TimeAmount(max(.zero, instant - .now))
        task = eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in self?.checkNow() }
    }

    func stop() {
        isStopped = true
        set(nil)
    }
}
