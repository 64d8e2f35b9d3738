// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// Fires the deadlines of one connection's calls, with a single timer set for the soonest. On the loop.
///
/// Most calls end long before their deadline, so that leaving must be cheap: the timer is not moved then, it fires for
/// nobody and is set anew.
final class DeadlineTimer<Element: DeadlineHeapElement> where Element.Instant == ContinuousClock.Instant {
    private let timers: LoopTimers
    private let fire: (Element) -> Void
    private var heap = DeadlineHeap<Element>()
    private var timer: (instant: ContinuousClock.Instant, loopTimer: LoopTimer)?

    init(on timers: LoopTimers, fire: @escaping (Element) -> Void) {
        self.timers = timers
        self.fire = fire
    }

    func insert(_ element: Element) {
        heap.insert(element)
        setTimer()
    }

    func remove(_ element: Element) { heap.remove(element) }

    /// When no deadline matters any more.
    func stop() {
        timer?.loopTimer.cancel()
        timer = nil
    }

    private func setTimer() {
        guard let first = heap.first?.deadlineInstant else { return }
        if let timer {
            if timer.instant <= first { return }
            timer.loopTimer.cancel()
        }
        timer = (first, timers.schedule(in: TimeAmount(first - .now)) { [weak self] in self?.timerFired() })
    }

    private func timerFired() {
        timer = nil
        let now = ContinuousClock.now
        while let first = heap.first, first.deadlineInstant <= now {
            heap.remove(first)
            fire(first)
        }
        setTimer()
    }
}
