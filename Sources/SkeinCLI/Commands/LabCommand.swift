// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SkeinCore
import SkeinLab

/// `skein lab`
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Simulates load balancing policies.",
        discussion: """
            Runs the policies themselves in virtual time, with clients and servers that a scenario describes. All \
            policies get the same calls, and the same seeds give the same figures. Without arguments it lists the \
            scenarios.
            """)

    private static let usual = [
        "random", "round_robin", "least_request", "p2c_peak_ewma", "prequal", "expected_delay", "auto",
    ]

    @Option(
        name: [.short, .customLong("scenario")],
        help: ArgumentHelp("A scenario; repeat it for several, or \"all\".", valueName: "name"))
    var scenarios: [String] = []

    @Option(
        name: [.short, .customLong("policy")],
        help: ArgumentHelp(
            "A policy, as NAME, 'NAME {config}', or NAME+weights (the resolver knows how fast servers "
                + "are); repeat it for several. Also those that only the lab has: "
                + LabPolicy.own.map(\.name).joined(separator: ", ") + ".", valueName: "policy"))
    var policies: [String] = []

    @Option(help: "How many seeds.")
    var seeds = 3

    @Option(help: "The first seed.")
    var firstSeed: UInt64 = 1

    @Option(help: "Virtual seconds, in place of the scenario's.")
    var duration: Double?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Changes a number of the scenario: \(Scenario.settingNames.joined(separator: ", ")).",
            valueName: "name=number"))
    var settings: [String] = []

    @Option(
        help: ArgumentHelp(
            "Calls to replay in place of random ones, as JSON lines: {\"time\": 0.25, \"key\": \"a\", \"demand\": 0.08}.",
            valueName: "file"))
    var trace: String?

    @Option(help: "Runs at the same time.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Print JSON lines instead of tables.")
    var json = false

    @Option(help: ArgumentHelp("Write a chart of the latencies.", valueName: "file"))
    var svg: String?

    @Flag(help: "Judge what the documentation says of the policies; ends with 1 when something does not hold.")
    var claims = false

    func validate() throws {
        guard (1...1000).contains(seeds) else { throw ValidationError("--seeds is \(seeds): expected 1 to 1000") }
        guard firstSeed <= .max / 2 else { throw ValidationError("--first-seed is \(firstSeed): expected less") }
    }

    func run() throws {
        if claims { return try judge() }
        if scenarios.isEmpty {
            for scenario in Scenario.builtIn { print("\(scenario.name): \(scenario.summary)") }
            return
        }
        let bench = LabBench(
            seeds: firstSeed..<firstSeed + UInt64(seeds),
            trace: try trace.map { try Trace(jsonLines: String(contentsOfFile: $0, encoding: .utf8)) },
            threads: threads)
        let chosen = try (policies.isEmpty ? LabCommand.usual : policies).map { try LabPolicy(parsing: $0) }
        var charts: [LatencyChart] = []
        for scenario in try selected() {
            let all = try bench.run(scenario, chosen)
            if json {
                print(LabReport.jsonLines(all, scenario: scenario))
            } else {
                print("### \(scenario.name): \(scenario.summary)\n\n\(LabReport.table(all))\n")
            }
            charts.append(LatencyChart(scenario, all))
        }
        if let svg { try LatencyChart.svg(charts).write(toFile: svg, atomically: true, encoding: .utf8) }
    }

    private func judge() throws {
        let bench = ClaimBench(LabBench(seeds: firstSeed..<firstSeed + UInt64(seeds), threads: threads)) { scenario in
            if let duration { scenario.duration = duration }
        }
        let verdicts = try LabClaim.all.map { claim in
            let verdict = try claim.judge(on: bench)
            FileHandle.standardError.write(Data("\(verdict)\n".utf8))
            return verdict
        }
        print(LabClaim.table(verdicts))
        if !verdicts.allSatisfy(\.holds) { throw ExitCode(1) }
    }

    private func selected() throws -> [Scenario] {
        let names = scenarios == ["all"] ? Scenario.builtIn.map(\.name) : scenarios
        return try names.map { name in
            guard var scenario = Scenario.named(name) else {
                let known = Scenario.builtIn.map(\.name).joined(separator: ", ")
                throw ValidationError("the lab has no scenario \"\(name)\": expected one of \(known)")
            }
            if let duration { try scenario.set("duration=\(duration)") }
            for setting in settings { try scenario.set(setting) }
            return scenario
        }
    }
}
