// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinTransport

/// Runs the jobs of one method's handlers on an event loop, with one wake-up per batch.
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop
    private let activity: LoopActivity
    private let method: RegisteredMethod
    private let jobs = Inbox<UnownedJob>()

    init(on eventLoop: any EventLoop, activity: LoopActivity, method: RegisteredMethod) {
        self.eventLoop = eventLoop
        self.activity = activity
        self.method = method
    }

    func enqueue(_ job: consuming ExecutorJob) {
        guard jobs.post(UnownedJob(job)) else { return }
        eventLoop.execute { self.runJobs() }
    }

    private func runJobs() {
        var batch: [UnownedJob] = []
        jobs.take(into: &batch)
        _ = activity.begin(method)
        for job in batch { job.runSynchronously(on: asUnownedTaskExecutor()) }
        _ = activity.end()
    }
}
