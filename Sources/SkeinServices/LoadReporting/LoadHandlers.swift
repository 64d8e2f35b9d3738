// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinProtobuf
internal import SkeinServer

/// Answers whoever asks for the load alone: the server adds it to the answer.
struct LoadProbeHandler: Skein_Load_V1_LoadReporting.Service {
    let audience: LoadAudience

    func probe(
        _ request: Skein_Load_V1_ProbeRequest, context: ServerContext
    ) async throws -> Skein_Load_V1_ProbeResponse {
        try audience.check(context)
        return .init()
    }
}

/// Sends reports until the client has heard enough.
struct LoadStreamHandler: Xds_Service_Orca_V3_OpenRcaService.Service {
    let audience: LoadAudience
    let minimumInterval: Duration
    let streams: LoadStreams
    let report: @Sendable () -> LoadReport

    private static let longestInterval = Duration.seconds(24 * 3600)

    /// The time between two reports, whatever the client asks for.
    func interval(_ asked: Google_Protobuf_Duration?) -> Duration {
        max(minimumInterval, min(asked.map { Duration($0) } ?? .zero, LoadStreamHandler.longestInterval))
    }

    func streamCoreMetrics(
        _ request: Xds_Service_Orca_V3_OrcaLoadReportRequest,
        to responses: ResponseWriter<Xds_Data_Orca_V3_OrcaLoadReport>, context: ServerContext
    ) async throws {
        try audience.check(context)
        let interval = interval(request.reportInterval)
        let (id, ticks, source) = streams.add()
        defer { streams.remove(id) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                while true {
                    source.yield()
                    try await Task.sleep(for: interval)
                }
            }
            for await _ in ticks { try await responses.write(.init(report())) }
        }
        try Task.checkCancellation()
        throw RPCError(.unavailable, "report the load: the server shuts down")
    }
}

extension LoadAudience {
    fileprivate func check(_ context: ServerContext) throws(RPCError) {
        guard !includes(context.peer) else { return }
        throw RPCError(.permissionDenied, "report the load to \(context.peer): it is not told to clients there")
    }
}

extension Xds_Data_Orca_V3_OrcaLoadReport {
    init(_ report: LoadReport) {
        self.init(
            cpuUtilization: report.cpuUtilization, memUtilization: report.memoryUtilization,
            requestCost: report.requestCost, utilization: report.utilization,
            rpsFractional: report.requestsPerSecond, eps: report.errorsPerSecond, namedMetrics: report.named,
            applicationUtilization: report.applicationUtilization)
    }
}
