// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SkeinBalancing
import SkeinCore
import SkeinResolution
import SkeinServer
import SkeinTransport
import Synchronization
import TestSupport
import Testing

@testable import SkeinClient

/// Calls over three servers while connections are cut and servers restarted.
@Suite("faults of the network", .serialized, .timeLimit(.minutes(30)))
struct FaultTests {
    /// How one call ended.
    private struct Ending {
        var number: Int
        var attempts: Int
        var elapsed: Duration
        var failure: RPCError?

        /// Every second call waits for ready.
        static func waits(_ number: Int) -> Bool { number % 2 == 0 }
    }

    /// How all calls ended.
    private struct Tally: CustomStringConvertible {
        let codes: [StatusCode: Int]
        /// Calls that wait for ready and failed without having been on a wire.
        let losses: [String]
        let slowest: Duration
        private let retried: Int
        private let unseen: Int

        /// To be made when all connections have ended: a call may fail before who saw it has noted that.
        ///
        /// - Parameter canVanish: a RST destroys what was written and not yet read.
        init(_ endings: [Ending], _ site: Site, canVanish: Bool) {
            codes = endings.reduce(into: [:]) { $0[$1.failure?.code ?? .ok, default: 0] += 1 }
            slowest = endings.map(\.elapsed).max() ?? .zero
            retried = endings.count { $0.attempts > 1 }
            let failed = endings.filter { $0.failure != nil && Ending.waits($0.number) }
            unseen = failed.count { !site.handled.contains($0.number) }
            losses = failed.compactMap { ending in
                guard let error = ending.failure else { return nil }
                let isWritten =
                    error.attempts.last?.fate == .processed && (canVanish || site.onWire.contains(ending.number))
                let isRefusedTwice = error.attempts.count { $0.fate == .refused } == 2
                return isWritten || isRefusedTwice ? nil : "call \(ending.number): \(error.debugDescription)"
            }
        }

        var description: String {
            let codes = codes.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key)" }
            return "\(codes.joined(separator: ", ")); \(retried) tried again, slowest \(slowest), "
                + "\(unseen) waited for ready and failed before a handler ran"
        }
    }

    /// Three proxies, and a server behind each until that changes.
    private final class Site: Sendable {
        let servers: [RestartedServer]
        let proxies: [FaultProxy]
        let onWire = SeenCalls()
        let handled = SeenCalls()
        let running = Level()
        /// What belongs to calls, on both sides.
        let weak = Weak()
        private let order: Routes

        final class Routes: Sendable {
            private let offset = Atomic(0)
            func server(of proxy: Int) -> Int { (proxy + offset.load(ordering: .relaxed)) % 3 }
            func rotate() { offset.add(1, ordering: .relaxed) }
        }

        init() async throws {
            let (handled, running, weak, order, onWire) = (handled, running, weak, Routes(), onWire)
            self.order = order
            let handle = { @Sendable (request: Buffer, context: ServerContext) async in
                running.enter()
                defer { running.leave() }
                weak.watch(context, "context")
                handled.note(request.text)
                // A few take their time, so that cuts find calls under way.
                if request.count % 8 == 0 { await pause() }
            }
            let service = EchoService(
                unary: { request, context in
                    await handle(request, context)
                    return request
                },
                expand: { request, responses, context in
                    await handle(request, context)
                    try await responses.write(request)
                })
            var servers: [RestartedServer] = []
            for _ in 0..<3 { servers.append(try await RestartedServer(service, .init().grace(.milliseconds(300)))) }
            self.servers = servers
            var proxies: [FaultProxy] = []
            for index in 0..<3 {
                proxies.append(
                    try await FaultProxy(to: { [servers] in servers[order.server(of: index)].port }, seen: onWire))
            }
            self.proxies = proxies
        }

        /// Does one harmful thing.
        func harm(_ cuts: [FaultProxy.Cut], _ random: inout SplitMix64) async throws {
            let index = Int.random(in: 0..<3, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0: try await servers[index].restart()
            case 1...2: order.rotate()
            case 3...4: proxies[index].setDelay(.milliseconds(.random(in: 0...15, using: &random)))
            default: proxies[index].cut(random.pick(cuts))
            }
        }

        func close() async throws {
            for proxy in proxies { await proxy.close() }
            for server in servers { try await server.stop() }
        }

        var ports: [Int] { proxies.map(\.port) + servers.flatMap(\.ports) }
    }

    private func call(_ number: Int, _ echo: EchoClient, _ site: Site) async -> Ending {
        let request = SeenCalls.word(number) + String(repeating: "x", count: number % 700)
        let options = CallOptions.deadline(.seconds(20))
        let start = ContinuousClock.now
        do throws(RPCError) {
            let (reply, attempts) = try await send(
                Buffer(request), streaming: number % 4 > 1, Ending.waits(number) ? options.waitForReady : options, echo,
                site)
            #expect(reply == request)
            return Ending(number: number, attempts: attempts, elapsed: .now - start)
        } catch {
            return Ending(number: number, attempts: error.attempts.count, elapsed: .now - start, failure: error)
        }
    }

    private func send(
        _ request: Buffer, streaming: Bool, _ options: CallOptions, _ echo: EchoClient, _ site: Site
    ) async throws(RPCError) -> (reply: String, attempts: Int) {
        guard streaming else {
            let response = try await echo.unary.response(request, options)
            return (response.message.text, response.attempts.count)
        }
        let stream = try await echo.expand(request, options)
        site.weak.watch(stream.call, "stream")
        var reply = ""
        for try await message in stream { reply += message.text }
        return (reply, await stream.summary().attempts.count)
    }

    /// Makes the calls while harm is done; how they ended, and the channel.
    private func run(_ calls: Int, _ cuts: [FaultProxy.Cut], _ site: Site) async throws -> ([Ending], WeakChannel) {
        let endpoints = site.proxies.map { Endpoint(.ipv4("127.0.0.1", port: $0.port)) }
        let options = ChannelOptions().loadBalancing(.roundRobin).endpoints(EndpointList(endpoints), as: "site")
            .backoff(Backoff(initial: .milliseconds(5), maximum: .milliseconds(50), minimumConnectTimeout: .seconds(5)))
        let channel = try Channel("static:///site", security: .plaintext, options: options)
        let echo = EchoClient(channel)
        let endings = Recorder<Ending>()
        let next = Atomic(0)
        let isOver = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var random = SplitMix64(seed: 7)
                while !isOver.isOpen {
                    try await site.harm(cuts, &random)
                    for _ in 0..<Int.random(in: 1...30, using: &random) { await pause() }
                }
            }
            try await concurrently(48) { _ in
                while case let number = next.add(1, ordering: .relaxed).oldValue, number < calls {
                    endings.record(await call(number, echo, site))
                }
            }
            isOver.open()
            try await group.waitForAll()
        }
        await channel.shutDown(grace: .zero)
        return (endings.all, WeakChannel(channel))
    }

    @Test(
        "every call ends in time, none that nobody saw is lost if it waits for ready, and nothing is left behind",
        arguments: [[FaultProxy.Cut.close], FaultProxy.Cut.allCases])
    func faults(cuts: [FaultProxy.Cut]) async throws {
        let calls = amount("SKEIN_FAULT_CALLS", 3_000)
        let site = try await Site()
        let (endings, channel) = try await run(calls, cuts, site)
        let sockets = site.ports.reduce(into: Set<String>()) { $0.formUnion(openSockets(port: $1)) }
        try await site.close()
        await expectNothingLeft(of: site, channel, sockets)

        let tally = Tally(endings, site, canVanish: cuts.contains(.reset))
        let cut = site.proxies.reduce(0) { $0 + $1.cuts }
        let restarts = site.servers.reduce(-3) { $0 + $1.ports.count }
        print("faults: \(calls) calls, \(cut) connections cut (\(cuts)), \(restarts) restarts: \(tally)")
        #expect(tally.codes.values.reduce(0, +) == calls)
        #expect(Set(tally.codes.keys).isSubset(of: [.ok, .unavailable, .cancelled, .deadlineExceeded]), "\(tally)")
        #expect(tally.codes[.ok, default: 0] > calls / 2, "\(tally)")
        #expect(tally.slowest < .seconds(40), "\(tally)")
        #expect(tally.losses.isEmpty, "\(tally.losses.count): \(tally.losses.prefix(5).joined(separator: "\n"))")
        #expect(cut > 0 && restarts > 0)
    }

    private func expectNothingLeft(of site: Site, _ channel: WeakChannel, _ sockets: Set<String>) async {
        await eventually("the channel is left") { channel.isGone }
        await eventually("handlers run on") { site.running.current == 0 }
        await eventually("connections are left") { site.proxies.allSatisfy { $0.openConnections == 0 } }
        await eventually("parts of calls are left") { site.weak.alive.isEmpty }
        for port in site.ports {
            await eventually("a socket is left") { openSockets(port: port).isDisjoint(with: sockets) }
        }
    }
}
