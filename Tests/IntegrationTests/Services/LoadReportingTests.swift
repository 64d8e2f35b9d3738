// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf
import SkeinTransport
import Testing

@testable import SkeinBalancing
@testable import SkeinClient
@testable import SkeinServer
@testable import SkeinServices

@Suite("load reports", .serialized, .timeLimit(.minutes(5)))
struct LoadReportingTests {
    private typealias Probe = Skein_Load_V1_LoadReporting.Methods
    private typealias Reports = Xds_Service_Orca_V3_OpenRcaService.Methods

    private func with(
        _ services: [any RPCService], _ options: ChannelOptions = .init(), server: ServerOptions = .init(),
        _ body: (Channel, SocketServer) async throws -> Void
    ) async throws {
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), services, server)
        let channel = try Channel("ipv4:\(server.address)", security: .plaintext, options: options)
        try await body(channel, server)
        await channel.shutDown(grace: .zero)
        server.shutDown()
        try await server.finished()
    }

    private var asking: ChannelOptions {
        .policy(AskingPolicy.self).loadBalancing(LoadBalancing(policy: "asking"))
    }

    private func load(_ channel: Channel) -> ServerLoad? { channel.core.cell.slots.slot(0).pointee.load?.0 }

    // MARK: with answers

    @Test("a channel that asks gets the load with each answer, and its caller does not see it")
    func withAnswers() async throws {
        let reporting = LoadReporting(parallelism: 3)
        let gate = Gate()
        var service = EchoService()
        service.unary = { request, _ in
            if request.text == "wait" { try await gate.wait() }
            return request
        }
        try await with([service, reporting], asking) { channel, _ in
            let echo = EchoClient(channel)
            let response = try await echo.unary.response(Buffer("x"))
            #expect(response.trailingMetadata.isEmpty)
            // A server that has ended no call does not know yet how long one takes.
            try await eventually {
                _ = try await echo.unary(Buffer("x"))
                return load(channel) != nil
            }
            #expect(load(channel)?.parallelism == 3)
            #expect(load(channel)?.inFlight == 0)
            let waiting = (0..<4).map { _ in Task { try await echo.unary(Buffer("wait")) } }
            await eventually { reporting.meter?.load.inFlight == 4 }
            try await eventually {
                _ = try await echo.unary(Buffer("x"))
                return load(channel)?.inFlight == 4
            }
            gate.open()
            for task in waiting { _ = try await task.value }
            await eventually { reporting.meter?.load.inFlight == 0 }
            #expect((load(channel)?.serviceTime ?? 0) > 0)
            // A failure comes with it, too.
            let before = channel.core.cell.slots.slot(0).pointee.load?.1
            let unknown = Method("test.Echo", "Unknown", .unary, RawCodec.self, RawCodec.self)
            await eventually {
                _ = await rpcError { try await UnaryMethod(unknown, on: channel)(Buffer("x")) }
                return channel.core.cell.slots.slot(0).pointee.load?.1 != before
            }
        }
    }

    @Test("nobody else is told: not those who do not ask, nor those outside of the audience, nor when it is off")
    func withoutAnswers() async throws {
        try await with([EchoService(), LoadReporting()]) { channel, _ in
            _ = try await EchoClient(channel).unary(Buffer("x"))
            #expect(load(channel) == nil)
        }
        for reporting in [LoadReporting(audience: LoadAudience { _ in false }), LoadReporting(.off)] {
            try await with([EchoService(), reporting], asking) { channel, _ in
                for _ in 0..<3 { _ = try await EchoClient(channel).unary(Buffer("x")) }
                #expect(load(channel) == nil)
            }
        }
    }

    @Test("streams count while they carry messages")
    func streams() async throws {
        let reporting = LoadReporting()
        try await with([EchoService(), reporting]) { channel, _ in
            let echo = EchoClient(channel)
            let chat = try await echo.chat()
            var answers = chat.responses.makeAsyncIterator()
            for _ in 0..<2 {
                var busy: UInt32 = 0
                while busy == 0 {
                    try await chat.requests.write(Buffer("x"))
                    _ = try await answers.next()
                    busy = reporting.meter?.load.inFlight ?? 0
                }
                #expect(busy == 1)
                await eventually { reporting.meter?.load.inFlight == 0 }
            }
            chat.requests.finish()
            let end = try await answers.next()
            #expect(end == nil)
            await eventually { reporting.meter?.load.inFlight == 0 }
            #expect(reporting.meter?.load.serviceTime == 0)
        }
    }

    @Test("always: gRPC's form goes with each answer")
    func always() async throws {
        let reporting = LoadReporting(.always)
        reporting.update { $0.applicationUtilization = 0.5 }
        var service = EchoService()
        service.unary = { request, context in
            if request.text == "own" {
                context.loadMetrics.applicationUtilization = 0.75
                context.loadMetrics.requestCost["rows"] = 12
            }
            return request
        }
        try await with([service, reporting]) { channel, _ in
            let echo = EchoClient(channel)
            func report(_ text: String) async throws -> LoadReport? {
                let response = try await echo.unary.response(Buffer(text))
                return response.trailingMetadata[binary: "endpoint-load-metrics-bin"].flatMap(LoadReportCodec.decode)
            }
            let first = try await report("x")
            #expect(first?.applicationUtilization == 0.5)
            let own = try await report("own")
            #expect(own?.applicationUtilization == 0.75)
            #expect(own?.requestCost == ["rows": 12])
            await eventually {
                let report = try? await report("x")
                return (report?.requestsPerSecond ?? 0) > 0 && (report?.cpuUtilization ?? 0) > 0
            }
        }
    }

    @Test("what a handler says is sent whatever the server reports", arguments: [true, false])
    func metricsOfHandlers(isInstalled: Bool) async throws {
        var service = EchoService()
        service.unary = { request, context in
            context.loadMetrics.named["queue"] = 4
            if request.text == "fail" { throw RPCError(.notFound, "no") }
            return request
        }
        let services: [any RPCService] = isInstalled ? [service, LoadReporting(.off)] : [service]
        try await with(services) { channel, _ in
            let echo = EchoClient(channel)
            let trailers = try await echo.unary.response(Buffer("x")).trailingMetadata
            let error = await rpcError { try await echo.unary(Buffer("fail")) }
            for metadata in [trailers, error?.metadata ?? [:]] {
                let bytes = metadata[binary: "endpoint-load-metrics-bin"]
                #expect(bytes.flatMap(LoadReportCodec.decode)?.named == ["queue": 4])
            }
        }
    }

    // MARK: alone

    @Test("a probe is answered, counts as no call, and keeps no connection from being idle")
    func probes() async throws {
        let reporting = LoadReporting()
        let options = ServerOptions().maxConnectionIdle(.seconds(3))
        try await with([EchoService(), reporting], asking, server: options) { channel, _ in
            _ = try await EchoClient(channel).unary(Buffer("x"))
            let slots = channel.core.cell.slots
            let id = SubchannelID(slot: 0, generation: 1)
            let first = slots.slot(0).pointee.load?.1
            await eventually {
                channel.core.cell.subchannel(id)?.probe()
                return slots.slot(0).pointee.load?.1 != first
            }
            #expect(slots.started(id) == 1)
            #expect(slots.inFlight(id) == 0)
            #expect(reporting.meter?.load.inFlight == 0)
            // They go on, and the connection ends all the same.
            await eventually(within: .seconds(30)) {
                channel.core.cell.subchannel(id)?.probe()
                return channel.core.cell.subchannel(id)?.connection == nil
            }
        }
    }

    @Test(
        "a server that does not answer probes is not asked again",
        arguments: [StatusCode.unimplemented, .permissionDenied, .unauthenticated, .ok])
    func refusedProbes(code: StatusCode) async throws {
        let probes = RefusedProbes(code: code)
        try await with([EchoService(), probes], asking) { channel, _ in
            for _ in 0..<20 { _ = try await EchoClient(channel).unary(Buffer("x")) }
            #expect(probes.count.all == [1])
            #expect(load(channel) == nil)
        }
    }

    @Test("who may not know is refused")
    func audience() async throws {
        let reporting = LoadReporting(audience: LoadAudience { _ in false })
        try await with([reporting]) { channel, _ in
            let probe = await rpcError { try await UnaryMethod(Probe.probe, on: channel)(.init()) }
            #expect(probe?.code == .permissionDenied)
            let stream = await rpcError {
                for try await _ in try await ServerStreamingMethod(Reports.streamCoreMetrics, on: channel)(.init()) {}
            }
            #expect(stream?.code == .permissionDenied)
        }
    }

    // MARK: out of band

    @Test("reports come at once and again, with what the application says, until the server shuts down")
    func outOfBand() async throws {
        let reporting = LoadReporting(.off, minimumInterval: .milliseconds(10))
        reporting.update { $0.named = ["a": 1] }
        try await with([reporting]) { channel, server in
            let method = ServerStreamingMethod(Reports.streamCoreMetrics, on: channel)
            let stream = try await method(.init(reportInterval: .init(seconds: 0, nanos: 1)))
            var reports = stream.makeAsyncIterator()
            let told = try await reports.next()
            #expect(told?.namedMetrics == ["a": 1])
            reporting.update { $0.named = ["a": 2] }
            var report = try await reports.next()
            while report?.namedMetrics == ["a": 1] { report = try await reports.next() }
            #expect(report?.namedMetrics == ["a": 2])
            server.shutDown()
            let error = await rpcError { while try await reports.next() != nil {} }
            #expect(error?.code == .unavailable)
        }
    }

    @Test(
        "an interval that makes no sense does no harm",
        arguments: [
            Google_Protobuf_Duration(seconds: .max, nanos: .max), Google_Protobuf_Duration(seconds: .min, nanos: .min),
            Google_Protobuf_Duration(seconds: -1), Google_Protobuf_Duration(),
        ])
    func extremeIntervals(interval: Google_Protobuf_Duration) async throws {
        try await with([LoadReporting(.off, minimumInterval: .milliseconds(10))]) { channel, _ in
            let method = ServerStreamingMethod(Reports.streamCoreMetrics, on: channel)
            for _ in 0..<3 {
                var reports = try await method(.init(reportInterval: interval)).makeAsyncIterator()
                let report = try await reports.next()
                #expect(report != nil)
            }
        }
    }

    @Test("the least interval holds by default")
    func leastInterval() async throws {
        try await with([LoadReporting()]) { channel, _ in
            let method = ServerStreamingMethod(Reports.streamCoreMetrics, on: channel)
            let stream = try await method(.init(reportInterval: .init(seconds: 0, nanos: 1_000_000)))
            let reports = Recorder<Int>()
            let reading = Task { for try await _ in stream { reports.record(1) } }
            await eventually { reports.all == [1] }
            try await Task.sleep(for: .milliseconds(300))
            #expect(reports.all == [1])
            reading.cancel()
            _ = await reading.result
        }
    }
}

/// Refuses to tell its load, and counts who asked.
private struct RefusedProbes: RPCService {
    let code: StatusCode
    let count = Recorder<Int>()

    private static let method = Method(
        "skein.load.v1.LoadReporting", "Probe", .unary, RawCodec.self, RawCodec.self)

    var descriptor: ServiceDescriptor {
        ServiceDescriptor("skein.load.v1.LoadReporting", methods: [RefusedProbes.method.descriptor])
    }

    func register(with router: inout ServiceRouter) {
        router.unary(RefusedProbes.method) { request, _ in
            count.record(1)
            guard code == .ok else { throw RPCError(code, "no") }
            return request
        }
    }
}
