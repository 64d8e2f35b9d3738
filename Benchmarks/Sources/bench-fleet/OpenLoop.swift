// SPDX-License-Identifier: Apache-2.0
import BenchProtos
import Skein
import Synchronization

/// Makes calls at random moments, whether or not earlier ones have been answered.
final class OpenLoop: Sendable {
    private let greeter: Helloworld_Greeter.Client
    private let rate: Double
    private let timeout: Duration
    private let random: Mutex<Random>
    private let latencies = Mutex<[Int]>([])

    init(_ greeter: Helloworld_Greeter.Client, rate: Double, timeout: Duration, seed: UInt64) {
        self.greeter = greeter
        self.rate = rate
        self.timeout = timeout
        random = Mutex(Random(seed: seed))
    }

    /// The latencies in microseconds of the calls that begin within `time`, counted from when each was to begin. A call
    /// that fails counts as one that took the whole timeout.
    @discardableResult
    func run(for time: Duration) async -> [Int] {
        let clock = ContinuousClock()
        let end = clock.now + time
        var next = clock.now
        await withDiscardingTaskGroup { group in
            while true {
                next += .seconds(random.withLock { $0.exponential(mean: 1 / rate) })
                guard next < end else { return }
                try? await clock.sleep(until: next)
                group.addTask { [next] in await self.call(from: next) }
            }
        }
        return latencies.withLock { latencies in
            defer { latencies = [] }
            return latencies
        }
    }

    private func call(from start: ContinuousClock.Instant) async {
        let reply = try? await greeter.sayHello(.init(name: "x"), .deadline(timeout))
        let elapsed = reply == nil ? timeout : ContinuousClock.now - start
        latencies.withLock { $0.append(Int(elapsed / .microseconds(1))) }
    }
}
