// SPDX-License-Identifier: Apache-2.0

/// What no client can know: the true state of the servers, and what all clients together have sent. For choosers that
/// show what would be possible.
final class Fleet {
    /// Of each server: jobs that it executes at full speed, and that speed.
    var cores: [Double]
    var speeds: [Double]
    /// Attempts of all clients that have not ended.
    var inFlight: [Int]

    init(_ scenario: Scenario) {
        cores = Array(repeating: Double(scenario.cores), count: scenario.servers)
        speeds = (0..<scenario.servers).map { scenario.speed(of: $0) }
        inFlight = Array(repeating: 0, count: scenario.servers)
    }
}
