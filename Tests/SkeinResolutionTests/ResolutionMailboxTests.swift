// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import SkeinTesting
internal import Testing

@Suite("A resolver's mailbox", .timeLimit(.minutes(2)))
struct ResolutionMailboxTests {
    @Test("what is published arrives at once, and the channel's word comes back")
    func publishing() async {
        let bench = Bench()
        let updates = ResolutionUpdates(bench.mailbox)
        #expect(updates.publish(Resolution([Endpoint(addresses: addresses(1))])))
        bench.accept(false)
        #expect(!updates.publish(Resolution([])))
        updates.publish(RPCError(.unavailable, "gone"))
        #expect(bench.results.count == 3)
        #expect(await bench.result(1) == "10.0.0.1:443")
        #expect(await bench.result(3) == "UNAVAILABLE: gone")
    }

    @Test("a request made before the wait ends it at once, and only that one wait")
    func earlyRequest() async throws {
        let bench = Bench()
        let updates = ResolutionUpdates(bench.mailbox)
        bench.mailbox.requestRefresh()
        bench.mailbox.requestRefresh()
        #expect(try await updates.waitForRefresh(atMost: .seconds(30)))
        async let second = updates.waitForRefresh(atMost: .seconds(30))
        await bench.clock.somebodySleeps()
        bench.clock.advance(by: .seconds(30))
        #expect(try await second == false)
    }

    @Test("a request made during the wait ends it")
    func lateRequest() async throws {
        let bench = Bench()
        let updates = ResolutionUpdates(bench.mailbox)
        async let wait = updates.waitForRefresh(atMost: .seconds(30))
        await bench.clock.somebodySleeps()
        bench.mailbox.requestRefresh()
        #expect(try await wait)
        #expect(bench.clock.untilNext == nil)
    }

    @Test("a wait without an interval ends by a request alone")
    func endlessWait() async throws {
        let bench = Bench()
        let updates = ResolutionUpdates(bench.mailbox)
        async let wait = updates.waitForRefresh()
        bench.mailbox.requestRefresh()
        #expect(try await wait)
    }

    @Test("a cancelled wait throws and takes no request with it", arguments: [nil, .seconds(30)] as [Duration?])
    func cancelling(interval: Duration?) async throws {
        let bench = Bench()
        let updates = ResolutionUpdates(bench.mailbox)
        let task = Task { try await updates.waitForRefresh(atMost: interval) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        bench.mailbox.requestRefresh()
        #expect(try await updates.waitForRefresh())
    }

    @Test("no request is lost, whenever it comes")
    func race() async throws {
        for _ in 0..<500 {
            let bench = Bench()
            let updates = ResolutionUpdates(bench.mailbox)
            async let request: Void = Task { bench.mailbox.requestRefresh() }.value
            // The timer may win; then the request is there for the next wait.
            let task = Task { try await updates.waitForRefresh(atMost: .seconds(1)) }
            bench.clock.advance(by: .seconds(2))
            await request
            if bench.clock.untilNext != nil { bench.clock.advance(by: .seconds(2)) }
            if try await task.value == false { #expect(try await updates.waitForRefresh()) }
        }
    }
}
