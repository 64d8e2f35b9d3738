// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

extension TestCase {
    static let loadReports = [
        TestCase("orca_per_rpc") { bed in
            try await bed.withBackendMetrics(outOfBand: false) { client in
                let wanted = Grpc_Testing_TestOrcaReport(
                    cpuUtilization: 0.8210, memoryUtilization: 0.5847, requestCost: ["cost": 3456.32],
                    utilization: ["util": 0.30499])
                _ = try await client.unaryCall(.init(orcaPerQueryReport: wanted))
                let report = try expect(some: BackendMetrics.report, "the load report")
                try expect("the load report", Grpc_Testing_TestOrcaReport(report), is: wanted)
            }
        },

        TestCase("orca_oob") { bed in
            try await bed.withBackendMetrics(outOfBand: true) { client in
                let reports = [
                    Grpc_Testing_TestOrcaReport(
                        cpuUtilization: 0.8210, memoryUtilization: 0.5847, utilization: ["util": 0.30499]),
                    Grpc_Testing_TestOrcaReport(
                        cpuUtilization: 0.29309, memoryUtilization: 0.2, utilization: ["util": 0.2039]),
                ]
                let call = try await client.fullDuplexCall()
                var responses = call.responses.makeAsyncIterator()
                for wanted in reports {
                    try await call.requests.write(
                        .init(responseParameters: [.init(size: 1)], orcaOobReport: wanted))
                    _ = try expect(some: try await responses.next(), "the response")
                    try await expectSoon(wanted, client)
                }
                call.requests.finish()
                while try await responses.next() != nil {}
            }
        },
    ]

    /// The server reports once a second.
    private static func expectSoon(
        _ wanted: Grpc_Testing_TestOrcaReport, _ client: Grpc_Testing_TestService.Client
    ) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while BackendMetrics.report.map(Grpc_Testing_TestOrcaReport.init) != wanted {
            guard .now < end else {
                throw Unmet("the load report: expected \(wanted), the last was \(BackendMetrics.report as Any)")
            }
            try await Task.sleep(for: .milliseconds(50))
            _ = try await client.emptyCall(.init())
        }
    }
}

extension TestBed {
    /// A client whose policy sees the reports.
    fileprivate func withBackendMetrics(
        outOfBand: Bool, _ body: (Grpc_Testing_TestService.Client) async throws -> Void
    ) async throws {
        var configuration = BackendMetrics.Configuration()
        configuration.isOutOfBand = outOfBand
        let options = ChannelOptions.policy(BackendMetrics.self)
            .loadBalancing(.policy(BackendMetrics.self, configuration))
        try await connection.withChannel(options) { try await body(.init($0)) }
    }
}

extension Grpc_Testing_TestOrcaReport {
    fileprivate init(_ report: LoadReport) {
        self.init(
            cpuUtilization: report.cpuUtilization, memoryUtilization: report.memoryUtilization,
            requestCost: report.requestCost, utilization: report.utilization)
    }
}
