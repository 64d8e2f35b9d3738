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
    private let methods: [RegisteredMethod]
    private let report: @Sendable (MethodDescriptor, Duration) -> Void

    init(
        watching activities: [LoopActivity], _ methods: [RegisteredMethod],
        report: @escaping @Sendable (MethodDescriptor, Duration) -> Void
    ) {
        self.activities = activities
        self.methods = methods
        self.report = report
        thread = NIOThreadPool(numberOfThreads: 1)
    }

    convenience init(watching activities: [LoopActivity], _ methods: [RegisteredMethod], logger: Logger) {
        self.init(watching: activities, methods) { method, duration in
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
        let limit = Int64(LoopWatchdog.limit / .nanoseconds(1))
        var reported: [Int: Int64] = [:]
        while stopSignal.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
            for (index, activity) in activities.enumerated() {
                guard let (method, since) = activity.blocking(longerThan: limit) else { continue }
                guard reported.updateValue(since, forKey: index) != since else { continue }
                report(methods[method].descriptor, .nanoseconds(LoopClock.now - since))
            }
        }
    }
}
