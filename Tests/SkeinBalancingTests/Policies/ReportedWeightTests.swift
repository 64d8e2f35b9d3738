// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

/// `weighted_round_robin` by load reports (gRFC A58, A114).
@Suite struct ReportedWeightTests {
    private static let start = PickTime(nanoseconds: 1_000_000_000_000)
    private static func at(_ seconds: Double) -> PickTime { start.adding(seconds: seconds) }

    private static func report(
        rps: Double, application: Double = 0, cpu: Double = 0, eps: Double = 0, named: [String: Double] = [:]
    ) -> LoadReport {
        var report = LoadReport(applicationUtilization: application, cpuUtilization: cpu, named: named)
        report.requestsPerSecond = rps
        report.errorsPerSecond = eps
        report.memoryUtilization = 0.8
        report.utilization = ["disk": 0.4]
        return report
    }

    @Test(
        "the weight is requests a second for each part of the utilisation, with a penalty for errors",
        arguments: [
            (report(rps: 100, application: 0.5, cpu: 0.1), [], 200),
            (report(rps: 100, cpu: 0.25), [], 400),
            (report(rps: 100, application: 0.5, eps: 50), [], 100),
            (report(rps: 100, application: 2), [], 50),
            (report(rps: 0, application: 0.5), [], nil),
            (report(rps: 100), [], nil),
            (report(rps: 100, application: 0.5), ["mem_utilization"], 125),
            (report(rps: 100, application: 0.5), ["utilization.disk", "named_metrics.none"], 250),
            (report(rps: 100, application: 0.5, named: ["queue": 4]), ["utilization.disk", "named_metrics.queue"], 25),
            (report(rps: 100, application: 0.5, named: ["queue": .nan]), ["named_metrics.queue"], 200),
            (report(rps: .infinity, application: 0.5), [], nil),
        ] as [(LoadReport, [String], Double?)])
    func weight(report: LoadReport, metrics: [String], expected: Double?) {
        var configuration = WeightedRoundRobinConfiguration()
        configuration.metricNamesForComputingUtilization = metrics
        var weight = ReportedWeight()
        weight.note(report, at: ReportedWeightTests.at(0), configuration)
        #expect(weight.weight(at: ReportedWeightTests.at(20), configuration) == expected)
    }

    @Test("counts after 10 s of reports, and until 180 s after the last; a new connection starts over")
    func times() {
        let configuration = WeightedRoundRobinConfiguration()
        let report = ReportedWeightTests.report(rps: 100, application: 0.5)
        var weight = ReportedWeight()
        weight.note(report, at: ReportedWeightTests.at(0), configuration)
        #expect(weight.weight(at: ReportedWeightTests.at(9), configuration) == nil)
        #expect(weight.weight(at: ReportedWeightTests.at(10), configuration) == 200)
        #expect(weight.weight(at: ReportedWeightTests.at(179), configuration) == 200)
        #expect(weight.weight(at: ReportedWeightTests.at(180), configuration) == nil)
        weight.note(report, at: ReportedWeightTests.at(200), configuration)
        #expect(weight.weight(at: ReportedWeightTests.at(205), configuration) == nil)
        #expect(weight.weight(at: ReportedWeightTests.at(210), configuration) == 200)
        weight.restart()
        weight.note(report, at: ReportedWeightTests.at(211), configuration)
        #expect(weight.weight(at: ReportedWeightTests.at(220), configuration) == nil)
        #expect(weight.weight(at: ReportedWeightTests.at(221), configuration) == 200)
    }

    @Test(
        "picks follow the reports once two servers have reported; the others get the mean, also when all have weight 0",
        arguments: [1, 0] as [UInt32])
    func shares(weight: UInt32) throws {
        let endpoints = Fleet.endpoints(4, weights: [weight])
        var fleet = try Fleet(
            LoadBalancing(policy: "weighted_round_robin", json: #"{"blackoutPeriod": "0s"}"#), endpoints)
        #expect(fits(fleet.tally(4000, endpoints), [1, 1, 1, 1]))
        for (number, rps) in [(0, 100.0), (1, 300)] {
            let report = ReportedWeightTests.report(rps: rps, application: 0.5)
            fleet.cell.slots.reported(report, of: fleet.subchannels[number].id, at: fleet.time)
        }
        fleet.advance(by: .seconds(1))
        #expect(fits(fleet.tally(4000, endpoints), [1, 3, 2, 2]))
        fleet.advance(by: .seconds(200))
        #expect(fits(fleet.tally(4000, endpoints), [1, 1, 1, 1]))
    }

    @Test("an endpoint of weight 0 among others gets no calls, though its server reports")
    func weightZero() throws {
        let endpoints = Fleet.endpoints(4, weights: [1, 0])
        var fleet = try Fleet(
            LoadBalancing(policy: "weighted_round_robin", json: #"{"blackoutPeriod": "0s"}"#), endpoints)
        for number in 0..<3 {
            let report = ReportedWeightTests.report(rps: 100, application: 0.5)
            fleet.cell.slots.reported(report, of: fleet.subchannels[number].id, at: fleet.time)
        }
        fleet.advance(by: .seconds(1))
        #expect(fits(fleet.tally(4000, endpoints), [1, 0, 1, 0]))
    }

    @Test("out of band reports are asked for when the config says so, of every endpoint once")
    func outOfBand() throws {
        let json = #"{"enableOobLoadReport": true, "oobReportingPeriod": "20s"}"#
        var fleet = try Fleet(LoadBalancing(policy: "weighted_round_robin", json: json), Fleet.endpoints(3))
        #expect(fleet.watched.map(\.interval) == [.seconds(20), .seconds(20), .seconds(20)])
        fleet.update(Fleet.endpoints(4))
        #expect(fleet.watched.count == 4)
        fleet.reconfigure(.weightedRoundRobin)
        #expect(fleet.watched.suffix(4).allSatisfy { $0.interval == nil })
    }
}
