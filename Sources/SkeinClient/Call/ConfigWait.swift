// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization

/// Holds a call back until the resolver has answered for the first time: the service config says what the call is to be.
/// It ends sooner when the call can wait no more.
final class ConfigWait: PickWaiter {
    private struct State {
        var continuation: UnsafeContinuation<Void, Never>?
        var isOver = false
    }

    private let plan: CallPlan
    private let channel: ChannelCore
    private let state = Mutex(State())

    init(_ plan: CallPlan, over channel: ChannelCore) {
        self.plan = plan
        self.channel = channel
    }

    nonisolated(nonsending) func run() async {
        var dependent: Int?
        if let parent = plan.parent {
            // When the handler that the call is made in has ended, so will the call.
            dependent = try? parent.adopt(plan.method) { [weak self] _ in self?.stop() }
            guard dependent != nil else { return }
        }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                state.withLock { $0.continuation = continuation }
                wait()
            }
        } onCancel: {
            stop()
        }
        if let dependent { plan.parent?.release(dependent) }
    }

    /// Every answer of the resolver comes with a picker; without one the call could not go on either.
    private func wait() {
        while true {
            let generation = channel.queue.generation
            guard channel.config.isAwaited(by: plan), !isOver else { return finish() }
            guard channel.queue.wait(self, after: generation, until: plan.deadline) else { continue }
            // What came before it was in the queue has found nothing to take out.
            if isOver, channel.queue.leave(self) { return finish() }
            return channel.balancer.post(.wanted)
        }
    }

    func pickerPublished() { wait() }
    func deadlinePassedWaiting() { finish() }

    /// From any thread.
    private func stop() {
        state.withLock { $0.isOver = true }
        if channel.queue.leave(self) { finish() }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    private func finish() { state.withLock { $0.continuation.take() }?.resume() }
}
