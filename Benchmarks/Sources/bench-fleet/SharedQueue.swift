// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A processor-sharing queue in real time: each job runs on one core while there are enough, and on its equal share of
/// them all when there are not. While there are jobs it is moved on when the next one is due, in steps of 1 to 8 ms.
final class SharedQueue: Sendable {
    private struct Job {
        var remaining: Double
        var done: CheckedContinuation<Void, Never>
    }

    private struct State {
        var jobs: [Job] = []
        var updated = ContinuousClock.now
        var idle: CheckedContinuation<Void, Never>?
    }

    private let cores: Double
    private let speed: Double
    private let state = Mutex(State())

    init(cores: Double, speed: Double) {
        self.cores = cores
        self.speed = speed
    }

    /// Returns when `demand` seconds of work have been done for the job.
    func serve(_ demand: Double) async {
        await withCheckedContinuation { continuation in
            let (done, idle) = state.withLock { state in
                let done = advance(&state)
                state.jobs.append(Job(remaining: demand, done: continuation))
                return (done, state.idle.take())
            }
            for job in done { job.done.resume() }
            idle?.resume()
        }
    }

    /// Moves the queue on until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let (done, wait) = state.withLock { state in (advance(&state), untilNext(state)) }
            for job in done { job.done.resume() }
            await sleepWhileIdle()
            try? await Task.sleep(for: .seconds(wait))
        }
    }

    private func sleepWhileIdle() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isBusy = state.withLock { state in
                    if !state.jobs.isEmpty || Task.isCancelled { return true }
                    state.idle = continuation
                    return false
                }
                if isBusy { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.idle.take() }?.resume()
        }
    }

    private func rate(_ state: State) -> Double { speed * min(1, cores / Double(max(1, state.jobs.count))) }

    /// Seconds until a job is done, within what a step may take.
    private func untilNext(_ state: State) -> Double {
        let next = state.jobs.map(\.remaining).min() ?? 0
        return min(max(next / rate(state), 0.001), 0.008)
    }

    /// The jobs that are done by now.
    private func advance(_ state: inout State) -> [Job] {
        let now = ContinuousClock.now
        let elapsed = (now - state.updated) / .seconds(1)
        state.updated = now
        guard !state.jobs.isEmpty else { return [] }
        let work = elapsed * rate(state)
        for index in state.jobs.indices { state.jobs[index].remaining -= work }
        let done = state.jobs.filter { $0.remaining <= 0 }
        if !done.isEmpty { state.jobs.removeAll { $0.remaining <= 0 } }
        return done
    }
}
