// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import SkeinLab

/// What the documentation says of the policies. `SKEIN_LAB_SEEDS=10` judges all of it with so many seeds, which takes
/// hours in a debug build: `skein lab --claims --seeds 10` is the same, and quick in a release build.
struct LabClaimTests {
    private static let seeds = ProcessInfo.processInfo.environment["SKEIN_LAB_SEEDS"].flatMap(UInt64.init)

    /// These leave room enough to be seen in a small world within seconds.
    private static let quick = [
        "speeds: p99.9 of expected_delay / weighted_round_robin+weights",
        "not-found: ejections by auto and p2c_peak_ewma",
        "poison: ejections by auto and p2c_peak_ewma",
        "zero-reports: p99 of auto / the same without reports",
        "idle-streams: p99 of auto / the same without reports",
        "few-clients: calls of a server with auto, most / mean",
    ]

    @Test("in a small world", .enabled(if: seeds == nil))
    func small() throws {
        let bench = ClaimBench(LabBench(seeds: 1..<2)) { scenario in
            scenario.clients = min(scenario.clients, 20)
            scenario.servers = min(scenario.servers, 20)
            (scenario.warmUp, scenario.duration) = (3, 11)
        }
        let claims = LabClaim.all.filter { LabClaimTests.quick.contains($0.name) }
        #expect(claims.count == LabClaimTests.quick.count)
        for claim in claims {
            let verdict = try claim.judge(on: bench)
            #expect(verdict.holds, "\(verdict)")
        }
    }

    @Test("a replica that fails every call at once is noticed")
    func failing() throws {
        let claim = try #require(LabClaim.all.first { $0.name == "failing-fast: share of calls lost with auto" })
        let verdict = try claim.judge(on: ClaimBench(LabBench(seeds: 1..<2)))
        #expect(verdict.holds, "\(verdict)")
    }

    @Test("in the whole world", .enabled(if: seeds != nil))
    func whole() throws {
        let bench = ClaimBench(LabBench(seeds: 1..<(LabClaimTests.seeds ?? 1) + 1, threads: 2))
        for claim in LabClaim.all {
            let verdict = try claim.judge(on: bench)
            #expect(verdict.holds, "\(verdict)")
        }
    }
}
