// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
internal import Logging
internal import NIOPosix
internal import SkeinCore

/// Names the methods that block an event loop. It has a thread of its own, as the loops and the pool may be the ones
/// that are stuck.
final class LoopWatchdog: Sendable {
    /// A handler that holds its loop for longer than this is reported, once.
    static let limit = Duration.milliseconds(100)

    private let stopSignal = DispatchSemaphore(value: 0)
    private let thread: NIOThreadPool
    private let activities: [LoopActivity]
    private let report: @Sendable (MethodDescriptor, Duration) -> Void

    init(
        watching activities: [LoopActivity], report: @escaping @Sendable (MethodDescriptor, Duration) -> Void
    ) {
        self.activities = activities
        self.report = report
        thread = NIOThreadPool(numberOfThreads: 1)
    }

    convenience init(watching activities: [LoopActivity], logger: Logger) {
        self.init(watching: activities) { method, duration in
            logger.warning(
                "a handler blocks its event loop; run the method with handlers: .concurrent",
                metadata: ["method": "\(method)", "blocked_for": "\(duration)"])
        }
    }

    func start() {
        thread.start()
        thread.submit { [self] _ in watch() }
    }

    func stop() {
        stopSignal.signal()
        thread.shutdownGracefully { _ in }
    }

    private func watch() {
        var reported: [Int: ContinuousClock.Instant] = [:]
        while stopSignal.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
            for (index, activity) in activities.enumerated() {
                guard let (method, since) = activity.blocking(longerThan: LoopWatchdog.limit) else { continue }
                if reported.updateValue(since, forKey: index) != since { report(method, ContinuousClock.now - since) }
            }
        }
    }
}
