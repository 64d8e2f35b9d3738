// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinClient
import SkeinCore
import SkeinResolution
import SkeinServer
import SkeinTransport
import Testing

@Suite("calls made inside handlers", .serialized, .timeLimit(.minutes(5)))
struct NestedCallTests {
    /// Runs `body` with a world whose `unary` handler is `outer`, which gets the stub of a second world.
    private func withTwo(
        _ medium: CallWorld.Medium, inner: EchoService,
        outer: @escaping @Sendable (EchoClient, Buffer, ServerContext) async throws -> Buffer,
        _ body: (EchoClient) async throws -> Void
    ) async throws {
        try await CallWorld.with(medium, inner) { back in
            let echo = back.echo
            try await CallWorld.with(medium, EchoService(unary: { try await outer(echo, $0, $1) })) { front in
                try await body(front.echo)
            }
        }
    }

    @Test("an inner call inherits the deadline, a detached one does not", arguments: CallWorld.Medium.allCases)
    func deadline(medium: CallWorld.Medium) async throws {
        let left = Recorder<Duration?>()
        let inner = EchoService(unary: { request, context in
            left.record(context.deadline?.remaining)
            return request
        })
        try await withTwo(
            medium, inner: inner,
            outer: { echo, request, _ in
                _ = try await echo.unary(request)
                return try await echo.unary(request, .detached)
            },
            { front in _ = try await front.unary(Buffer("x"), .deadline(.seconds(300))) })
        #expect(left.count == 2)
        #expect((left.all.first ?? nil).map { $0 > .seconds(200) && $0 <= .seconds(300) } == true)
        #expect(left.all.last == .some(nil))
    }

    @Test("a proxy's calls go by who called it, where source_hash says so")
    func source() async throws {
        let service = EchoService(unary: { request, _ in request })
        var servers: [SocketServer] = []
        for _ in 0..<3 { servers.append(try await SocketServer(.tcp("127.0.0.1", port: 0), [service], .init())) }
        let endpoints = EndpointList(servers.map { Endpoint($0.address) })
        let options = ChannelOptions.loadBalancing(LoadBalancing(policy: "source_hash"))
            .endpoints(endpoints, as: "world")
        let channel = try Channel("static:///world", security: .plaintext, options: options)
        let echo = EchoClient(channel)
        // As long as one is not connected, others stand in for it.
        var connected: Set<Endpoint.Identity?> = []
        while connected.count < 3 { connected.insert(try await echo.unary.response(Buffer("x")).endpoint) }
        let (own, detached) = (Recorder<Endpoint.Identity?>(), Recorder<Endpoint.Identity?>())
        let proxy = EchoService(unary: { request, _ in
            own.record(try await echo.unary.response(request).endpoint)
            detached.record(try await echo.unary.response(request, .detached).endpoint)
            return request
        })
        try await CallWorld.with(.tcp, proxy) { world in
            for _ in 0..<40 { _ = try await world.echo.unary(Buffer("x")) }
        }
        #expect(Set(own.all).count == 1)
        #expect(Set(detached.all).count > 1)
        await channel.shutDown(grace: .zero)
        for server in servers {
            server.shutDown()
            try await server.finished()
        }
    }

    @Test(
        "an inner call ends with its handler's cancellation, a detached one does not",
        arguments: CallWorld.Medium.allCases)
    func cancellation(medium: CallWorld.Medium) async throws {
        let reasons = Recorder<CancellationReason?>()
        let release = Gate()
        let started = Recorder<Void>()
        let results = Recorder<StatusCode>()
        let inner = EchoService(
            unary: { request, context in
                started.record(())
                await Gate.waitForCancellation()
                reasons.record(context.cancellation)
                return request
            },
            expand: { request, responses, _ in
                started.record(())
                try await release.wait()
                try await responses.write(request)
            })
        try await withTwo(
            medium, inner: inner,
            outer: { echo, request, _ in
                Task {
                    do {
                        for try await _ in try await echo.expand(request, .detached) {}
                        results.record(.ok)
                    } catch let error as RPCError {
                        results.record(error.code)
                    }
                }
                return try await echo.unary(request)
            },
            { front in
                let task = Task { try await front.unary(Buffer("x")) }
                await eventually { started.count == 2 }
                task.cancel()
                _ = await rpcError { try await task.value }
                await eventually { reasons.all == [.client] }
                release.open()
                await eventually { results.all == [.ok] }
            })
    }

    @Test("a call left behind ends, and one made too late names its handler", arguments: CallWorld.Medium.allCases)
    func leftBehind(medium: CallWorld.Medium) async throws {
        let returned = Gate()
        let errors = Recorder<RPCError>()
        let reasons = Recorder<CancellationReason?>()
        let inner = EchoService(unary: { request, context in
            await Gate.waitForCancellation()
            reasons.record(context.cancellation)
            return request
        })
        try await withTwo(
            medium, inner: inner,
            outer: { echo, request, _ in
                let running = Gate()
                Task {
                    running.open()
                    do throws(RPCError) { _ = try await echo.unary(request) } catch { errors.record(error) }
                    try await returned.wait()
                    do throws(RPCError) { _ = try await echo.unary(request) } catch { errors.record(error) }
                }
                try await running.wait()
                return request
            },
            { front in
                _ = try await front.unary(Buffer("x"))
                await eventually { errors.count == 1 }
                returned.open()
                await eventually { errors.count == 2 }
            })
        for error in errors.all {
            #expect(error.code == .cancelled)
            #expect(error.message.contains("the handler of /test.Echo/Unary"))
            #expect(error.message.contains(".detached"))
        }
    }

    @Test("an inner call fails with the deadline of its handler", arguments: CallWorld.Medium.allCases)
    func innerDeadline(medium: CallWorld.Medium) async throws {
        let codes = Recorder<StatusCode>()
        let inner = EchoService(unary: { request, _ in
            if request.text == "wait" { await Gate.waitForCancellation() }
            return request
        })
        try await withTwo(
            medium, inner: inner,
            outer: { echo, request, _ in
                do throws(RPCError) {
                    return try await echo.unary(request)
                } catch {
                    codes.record(error.code)
                    throw error
                }
            },
            { front in
                // Both channels are connected.
                _ = try await front.unary(Buffer("x"))
                let error = await rpcError { try await front.unary(Buffer("wait"), .deadline(.seconds(3))) }
                #expect(error?.code == .deadlineExceeded)
                await eventually { codes.count == 1 }
            })
        #expect(codes.all.allSatisfy { $0 == .deadlineExceeded || $0 == .cancelled })
    }
}
