// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore

/// Fires the deadlines of one connection's calls, with a single timer set for the soonest. On the loop.
///
/// Most calls end long before their deadline, so that leaving must be cheap: the timer is not moved then, it fires for
/// nobody and is set anew.
final class DeadlineTimer<Element: DeadlineHeapElement> {
    private let eventLoop: any EventLoop
    private let fire: (Element) -> Void
    private var heap = DeadlineHeap<Element>()
    private var timer: (instant: ContinuousClock.Instant, task: Scheduled<Void>)?

    init(on eventLoop: any EventLoop, fire: @escaping (Element) -> Void) {
        self.eventLoop = eventLoop
        self.fire = fire
    }

    deinit { timer?.task.cancel() }

    func insert(_ element: Element) {
        heap.insert(element)
        setTimer()
    }

    func remove(_ element: Element) { heap.remove(element) }

    private func setTimer() {
        guard let first = heap.first?.deadlineInstant else { return }
        if let timer {
            if timer.instant <= first { return }
            timer.task.cancel()
        }
        let delay = max(.zero, first - .now)
        let task = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in
            guard let self else { return }
            timerFired()
        }
        timer = (first, task)
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
