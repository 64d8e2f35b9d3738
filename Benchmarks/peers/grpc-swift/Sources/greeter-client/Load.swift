// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// One phase of load: a number of tasks, each of which makes one call after the other.
final class Load: Sendable {
    struct Result: Sendable {
        /// Microseconds of each successful call.
        var latencies: [Float] = []
        var failed = 0
    }

    private let outstanding: Int
    private let calls: Int
    private let end: Double
    private let call: @Sendable () async throws -> Bool
    private let started = Atomic(0)

    init(outstanding: Int, calls: Int, seconds length: Int, _ call: @escaping @Sendable () async throws -> Bool) {
        self.outstanding = outstanding
        self.calls = calls
        self.call = call
        end = seconds(CLOCK_MONOTONIC) + Double(length)
    }

    /// Returns when every task has stopped.
    func run() async -> Result {
        await withTaskGroup(of: Result.self) { group in
            for _ in 0..<outstanding {
                group.addTask { await self.loop() }
            }
            var all = Result()
            for await result in group {
                all.latencies += result.latencies
                all.failed += result.failed
            }
            return all
        }
    }

    private func loop() async -> Result {
        var result = Result()
        while true {
            let start = seconds(CLOCK_MONOTONIC)
            guard start < end, started.wrappingAdd(1, ordering: .relaxed).oldValue < calls else { return result }
            if (try? await call()) == true {
                result.latencies.append(Float((seconds(CLOCK_MONOTONIC) - start) * 1e6))
            } else {
                result.failed += 1
            }
        }
    }
}

/// What a system clock shows. `Duration` computes in 128 bits, which would show in the figures.
func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
