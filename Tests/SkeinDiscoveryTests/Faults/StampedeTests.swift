// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

/// A thousand clients on a simulated clock, whose registry is away from zero until `outage`.
@Suite("a thousand clients of a registry that comes back")
struct StampedeTests {
    struct Case: Sendable {
        var outage: Duration
        /// The most in any 100 ms.
        var most: Int
        var last: Duration
    }

    private static let clients: UInt64 = 1000

    @Test(
        "watchers come back spread over half a second, and the longer it was away over the more, up to 30 s",
        arguments: [
            Case(outage: .zero, most: 250, last: .milliseconds(500)),
            Case(outage: .seconds(5), most: 60, last: .seconds(30)),
            Case(outage: .seconds(30), most: 20, last: .seconds(30)),
            Case(outage: .seconds(300), most: 20, last: .seconds(30)),
        ])
    func watchers(of case: Case) {
        var (times, attempts): ([Duration], [Duration]) = ([], [])
        for seed in 0..<StampedeTests.clients {
            var machine = WatchMachine(pollInterval: .seconds(240)...(.seconds(360)), seed: seed)
            machine.listed(Revision("7"))
            _ = machine.step()
            // All connections end at the same moment.
            machine.watchEnded(.failed, after: .seconds(60))
            var now: Duration = .zero
            while case .wait(let time) = machine.step() {
                now += time
                guard now < `case`.outage else { break }
                attempts.append(now)
                _ = machine.step()
                machine.listed(nil)
            }
            times.append(now - `case`.outage)
        }
        check(Arrivals(times), `case`, "watchers")
        let tries = Arrivals(attempts)
        print("  meanwhile \(attempts.count) attempts, at most \(tries.most) in 100 ms")
        #expect(tries.most <= 350)
    }

    @Test(
        "servers whose leases are lost register again spread over a third of the lease, or as watchers do",
        arguments: [
            Case(outage: .zero, most: 250, last: .seconds(5)),
            Case(outage: .seconds(5), most: 125, last: .seconds(5)),
            Case(outage: .seconds(30), most: 20, last: .seconds(30)),
            Case(outage: .seconds(300), most: 20, last: .seconds(30)),
        ])
    func servers(of case: Case) {
        var times: [Duration] = []
        for seed in 0..<StampedeTests.clients {
            var machine = LeaseMachine(ttl: .seconds(15), seed: seed)
            _ = machine.step(at: .zero)
            // All were started at the same moment, a second before the registry went away.
            machine.registered(LeaseID("a"), asked: .zero)
            var now: Duration = .zero
            let (start, end) = (Duration.seconds(1), Duration.seconds(1) + `case`.outage)
            while true {
                if case .wait(let time) = machine.step(at: now) { now += time }
                let step = machine.step(at: now)
                guard now < start || now >= end else {
                    machine.failed()
                    continue
                }
                if case .register = step { break }
                // It was there for the renewal, and knows nothing of the lease.
                machine.renewed(.lost, asked: now)
            }
            times.append(now - end)
        }
        check(Arrivals(times), `case`, "servers")
    }

    private func check(_ arrivals: Arrivals, _ case: Case, _ who: String) {
        print("\(who), registry away for \(`case`.outage): \(arrivals)")
        #expect(arrivals.times.count == Int(StampedeTests.clients))
        #expect(arrivals.most <= `case`.most)
        #expect(arrivals.last <= `case`.last)
    }
}
