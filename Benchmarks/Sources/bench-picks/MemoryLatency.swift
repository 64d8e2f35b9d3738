// SPDX-License-Identifier: Apache-2.0

/// What it costs this machine to read a line of cache at a random place: what grows with the number of endpoints is
/// mostly this.
enum MemoryLatency {
    /// A line of cache that names the next one to read.
    private struct Line {
        var next = 0
        let rest: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
    }

    /// Nanoseconds for one of `kilobytes` in all, read one after the other in random order.
    static func measure(kilobytes: Int) -> Double {
        let order = Array(0..<kilobytes * 1024 / MemoryLayout<Line>.stride).shuffled()
        var lines = [Line](repeating: Line(), count: order.count)
        for (place, line) in order.enumerated() { lines[line].next = order[(place + 1) % order.count] }
        return bench_picks.measure(threads: 1, rounds: 200_000) { [lines] rounds in
            var place = 0
            for _ in 0..<rounds { place = lines[place].next }
            precondition(place < lines.count)
        }
    }
}
