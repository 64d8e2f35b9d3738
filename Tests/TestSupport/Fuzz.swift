// SPDX-License-Identifier: Apache-2.0
import Foundation
package import SkeinCore

/// Runs a test on many damaged inputs, by default always on the same.
///
/// - `SKEIN_FUZZ_CASES`: how many of each target.
/// - `SKEIN_FUZZ_SEED`: of the first one.
/// - `SKEIN_FUZZ_TRACE`: a file that says which case runs, for one that ends the process.
package enum Fuzz {
    private static let first = UInt64(amount("SKEIN_FUZZ_SEED", 1))
    private static let trace = ProcessInfo.processInfo.environment["SKEIN_FUZZ_TRACE"]

    /// Calls `body` once for each seed.
    package static func run(
        _ target: String, cases standard: Int, _ body: (_ seed: UInt64, _ random: inout SplitMix64) throws -> Void
    ) async throws {
        for offset in 0..<UInt64(amount("SKEIN_FUZZ_CASES", standard)) {
            let seed = first &+ offset
            if let trace { try? "\(target) \(seed)\n".write(toFile: trace, atomically: false, encoding: .utf8) }
            var random = SplitMix64(seed: seed)
            try body(seed, &random)
            if offset % 64 == 0 { await Task.yield() }
        }
    }

    /// How to see a case again.
    package static func describe(_ seed: UInt64, _ bytes: [UInt8]) -> String {
        "again: SKEIN_FUZZ_SEED=\(seed) SKEIN_FUZZ_CASES=1, bytes: \(Array(bytes.prefix(4096)).hex)"
    }
}
