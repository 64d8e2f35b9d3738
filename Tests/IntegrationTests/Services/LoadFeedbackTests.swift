// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import TestSupport
import Testing

@testable import SkeinBalancing
@testable import SkeinClient
@testable import SkeinServer
@testable import SkeinServices
@testable import SkeinTransport

@Suite("reports that reach the policy", .serialized, .timeLimit(.minutes(5)))
struct LoadFeedbackTests {
    private func with(
        _ services: [any RPCService], _ options: ChannelOptions, _ body: (Channel, SocketServer) async throws -> Void
    ) async throws {
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), services, .init())
        let channel = try Channel("ipv4:\(server.address)", security: .plaintext, options: options)
        try await body(channel, server)
        await channel.shutDown(grace: .zero)
        server.shutDown()
        try await server.finished()
    }

    private let id = SubchannelID(slot: 0, generation: 1)

    @Test("a report in gRPC's form is kept with the endpoint, and the caller sees it, too")
    func withAnswers() async throws {
        var service = EchoService()
        service.unary = { request, context in
            context.loadMetrics.applicationUtilization = 0.5
            return request
        }
        try await with([service], .loadBalancing(.roundRobin)) { channel, _ in
            let response = try await EchoClient(channel).unary.response(Buffer("x"))
            #expect(response.trailingMetadata[binary: "endpoint-load-metrics-bin"] != nil)
            let report = channel.core.cell.slots.reports.entry(of: id)?.report
            #expect(report?.applicationUtilization == 0.5)
        }
    }

    @Test("a policy that watches hears reports out of band, over reconnects, and until it has heard enough")
    func outOfBand() async throws {
        let reporting = LoadReporting(.off, minimumInterval: .milliseconds(20))
        reporting.update { $0.named["a"] = 1 }
        let heard = Watching.heard
        let options = ChannelOptions.policy(Watching.self).loadBalancing(LoadBalancing(policy: "watching"))
        try await with([EchoService(), reporting], options) { channel, _ in
            _ = try await EchoClient(channel).unary(Buffer("x"))
            await eventually { heard.count >= 2 }
            // Reports do not count as calls.
            #expect(channel.core.cell.slots.started(id) == 1)
            #expect(channel.core.cell.slots.reports.entry(of: id)?.report.named == ["a": 1])
            let connection = channel.core.cell.subchannel(id)?.connection
            connection?.closeNow(RPCError(.unavailable, "cut"))
            await eventually {
                let next = channel.core.cell.subchannel(id)?.connection
                return next != nil && next !== connection
            }
            reporting.update { $0.named["a"] = 2 }
            await eventually { heard.all.last?.named["a"] == 2 }
            // It stops at the third kind of report.
            reporting.update { $0.named["a"] = 3 }
            await eventually { heard.all.last?.named["a"] == 3 }
            await eventually { reporting.streams.count == 0 }
        }
    }

    @Test("a server without reports is left alone")
    func unimplemented() async throws {
        let recorder = LogRecorder()
        let options = ChannelOptions.policy(Watching.self).loadBalancing(LoadBalancing(policy: "watching"))
            .backoff(Backoff(initial: .milliseconds(10), maximum: .milliseconds(10))).logger(recorder.logger)
        try await with([EchoService()], options) { channel, _ in
            for _ in 0..<20 {
                _ = try await EchoClient(channel).unary(Buffer("x"))
                await pause()
            }
            await eventually { recorder.lines.contains { $0.contains("does not report its load") } }
            for _ in 0..<20 { await pause() }
            #expect(recorder.lines.count { $0.contains("does not report its load") } == 1)
        }
    }
}

/// One connection, whose server reports its load out of band until a report says 3.
private struct Watching: LoadBalancingPolicy {
    static let name = "watching"
    static let heard = Recorder<LoadReport>()

    private var inner = Sharded<Inner>(.init(), seed: 1)

    init(_ configuration: NoConfiguration, seed: UInt64) {}

    mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) { inner.update(update, &out) }
    mutating func reconfigure(_ configuration: NoConfiguration, _ out: inout PolicyActions) {}
    mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        inner.resolutionFailed(error, &out)
    }
    mutating func subchannel(_ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions) {
        if state.isReady { out.watchLoad(of: id, every: .milliseconds(20)) }
        inner.subchannel(id, became: state, &out)
    }
    mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        Watching.heard.record(report)
        if report.named["a"] == 3 { out.watchLoad(of: id, every: nil) }
    }

    private struct Inner: EndpointPolicy {
        static let name = "inner"
        init(_ configuration: NoConfiguration, seed: UInt64) {}
        func makePicker(over ready: [ReadyEndpoint]) -> First { First(id: ready[0].id) }
    }

    private struct First: Picker {
        let id: SubchannelID
        func pick(_ call: borrowing PickContext) -> PickResult { .subchannel(id) }
    }
}
