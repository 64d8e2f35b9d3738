// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// One operation of one library, and what its rounds took.
struct Measurement {
    static let rounds = 9
    private static let roundLength = Duration.milliseconds(60)

    let body: () -> Void
    private var repetitions = 1
    private var times: [Double] = []

    init(_ body: @escaping () -> Void) { self.body = body }

    /// Nanoseconds for each time, the median of the rounds.
    var median: Double { times.sorted()[times.count / 2] }

    /// Finds how often the operation runs in one round.
    mutating func warmUp() {
        while run() < Measurement.roundLength { repetitions *= 2 }
    }

    mutating func round() {
        let time = run().components
        times.append((Double(time.seconds) * 1e9 + Double(time.attoseconds) * 1e-9) / Double(repetitions))
    }

    private func run() -> Duration {
        ContinuousClock().measure { for _ in 0..<repetitions { body() } }
    }

    /// Allocations for each time; `nil` unless the counter of tools/malloc-count.c is preloaded.
    var allocations: Double? {
        guard let before = AllocationCounter.read() else { return nil }
        for _ in 0..<100 { body() }
        return AllocationCounter.read().map { Double($0 - before) / 100 }
    }
}

/// The file in which a preloaded library counts allocations.
enum AllocationCounter {
    private static let file = getenv("MALLOC_COUNT_FILE").map { open($0, O_RDONLY) } ?? -1

    static func read() -> UInt64? {
        var count: UInt64 = 0
        return pread(file, &count, 8, 0) == 8 ? count : nil
    }
}

/// Keeps the optimiser from leaving out what nobody uses.
@inline(never)
func consume<T>(_ value: borrowing T) {}
