// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("keeping a lease")
struct LeaseMachineTests {
    private let ttl: Duration = .seconds(15)

    private func machine(seed: UInt64 = 1) -> LeaseMachine { LeaseMachine(ttl: ttl, seed: seed) }

    /// The wait that the machine asks for, which must be its next step.
    private func wait(_ machine: inout LeaseMachine, at now: Duration) -> Duration? {
        let step = machine.step(at: now)
        guard case .wait(let time) = step else { return nil }
        return time
    }

    @Test("it registers, and renews after a third of the time, a little sooner by chance")
    func renewal() throws {
        for seed: UInt64 in 0..<50 {
            var machine = machine(seed: seed)
            let first = machine.step(at: .zero)
            #expect(first == .register)
            machine.registered(LeaseID("a"), asked: .zero)
            let time = try #require(wait(&machine, at: .zero))
            #expect((ttl / 3 * 0.9...ttl / 3).contains(time))
            let next = machine.step(at: time)
            #expect(next == .renew(LeaseID("a")))
        }
    }

    @Test("it renews as often as it is told, when it is told")
    func interval() throws {
        var machine = LeaseMachine(ttl: ttl, renewedEvery: .seconds(1), seed: 1)
        _ = machine.step(at: .zero)
        machine.registered(LeaseID("a"), asked: .zero)
        let time = try #require(wait(&machine, at: .zero))
        #expect((.milliseconds(900)...(.seconds(1))).contains(time))
    }

    @Test("a lease that the registry lost is replaced at once")
    func lost() {
        var machine = machine()
        _ = machine.step(at: .zero)
        machine.registered(LeaseID("a"), asked: .zero)
        _ = machine.step(at: .zero)
        _ = machine.step(at: .seconds(5))
        machine.renewed(.lost, asked: .seconds(5))
        let next = machine.step(at: .seconds(5))
        #expect(next == .register)
        #expect(machine.lease == nil)
    }

    @Test("a renewal that fails is tried again until the time of the lease is over; then it registers")
    func failingRenewals() throws {
        var machine = machine()
        _ = machine.step(at: .zero)
        machine.registered(LeaseID("a"), asked: .zero)
        var now = try #require(wait(&machine, at: .zero))
        var renewals = 0
        while machine.step(at: now) == .renew(LeaseID("a")) {
            renewals += 1
            machine.failed()
            now += try #require(wait(&machine, at: now)) + .milliseconds(100)
        }
        #expect(renewals >= 5)
        #expect(now >= ttl)
        #expect(now < ttl + ttl / 6 + .milliseconds(100))
        let next = machine.step(at: now)
        #expect(next == .register)
    }

    @Test("failures to register wait for a random part of 0.5 s, doubling up to 30 s")
    func backoff() throws {
        var longest: [Duration] = Array(repeating: .zero, count: 12)
        for seed: UInt64 in 0..<200 {
            var machine = machine(seed: seed)
            for index in longest.indices {
                let step = machine.step(at: .zero)
                #expect(step == .register)
                machine.failed()
                longest[index] = max(longest[index], try #require(wait(&machine, at: .zero)))
            }
        }
        for (index, longest) in longest.enumerated() {
            let limit = min(Duration.milliseconds(500) * (1 << index), .seconds(30))
            #expect(longest <= limit)
            #expect(longest > limit * 0.8)
        }
    }

    @Test("an exchange may take a third of the lease's time, when there is one to lose")
    func timeouts() {
        var machine = machine()
        #expect(machine.timeout(atMost: .seconds(20)) == .seconds(20))
        machine.registered(LeaseID("a"), asked: .zero)
        #expect(machine.timeout(atMost: .seconds(20)) == .seconds(5))
        #expect(machine.timeout(atMost: .seconds(2)) == .seconds(2))
    }
}
