// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// How long and how hard rpc_soak and channel_soak press.
struct SoakOptions: ParsableArguments, Sendable {
    @Option(name: .customLong("soak-iterations"), help: "How many calls to make.")
    var iterations = 10

    @Option(name: .customLong("soak-max-failures"), help: "How many of them may fail or be slow.")
    var maxFailures = 0

    @Option(
        name: .customLong("soak-per-iteration-max-acceptable-latency-ms"), help: "A call that takes longer is slow.")
    var maxLatencyMilliseconds = 1000

    @Option(
        name: .customLong("soak-overall-timeout-seconds"),
        help: "When to stop before all calls were made. Default: the acceptable latency of all of them.")
    var overallTimeoutSeconds: Int?

    @Option(name: .customLong("soak-min-time-ms-between-rpcs"), help: "The least time from one start to the next.")
    var minMillisecondsBetweenCalls = 0

    @Option(name: .customLong("soak-request-size"), help: "The payload of each request, in bytes.")
    var requestSize = 271_828

    @Option(name: .customLong("soak-response-size"), help: "The payload of each response, in bytes.")
    var responseSize: Int32 = 314_159

    var overallSeconds: Int { overallTimeoutSeconds ?? max(1, iterations * maxLatencyMilliseconds / 1000) }

    func validate() throws {
        guard iterations > 0 else { throw ValidationError("--soak-iterations is \(iterations): expected 1 or more") }
        guard (0...1 << 30).contains(requestSize), responseSize >= 0 else {
            throw ValidationError("a soak size is \(requestSize) or \(responseSize): expected 0 to 2^30")
        }
    }
}
