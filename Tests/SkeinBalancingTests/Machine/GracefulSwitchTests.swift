// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct GracefulSwitchTests {
    private var driver = PolicyDriver<Switching>()
    private let two = endpoints("10.0.0.1:1", "10.0.0.2:1")

    /// Lets the driver of the tests run the machine.
    struct Switching: LoadBalancingPolicy {
        static let name = "switching"
        var machine: GracefulSwitch
        var choices = [LoadBalancing.roundRobin]
        var thrown: ConfigurationError?

        init(_ configuration: NoConfiguration, seed: UInt64) {
            var registry = LoadBalancingRegistry.builtIn
            registry.register(Ticking.self)
            machine = GracefulSwitch(registry, seed: seed)
        }

        mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
            do throws(ConfigurationError) { try machine.update(update, choices, &out) } catch { thrown = error }
        }

        mutating func reconfigure(_ configuration: NoConfiguration, _ out: inout PolicyActions) {}
        mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
            machine.resolutionFailed(error, &out)
        }
        mutating func subchannel(_ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions) {
            machine.subchannel(id, became: state, &out)
        }
        mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) { machine.timerFired(id, &out) }
        mutating func exitIdle(_ out: inout PolicyActions) { machine.exitIdle(&out) }
    }

    /// Schedules timer 7 and says when it fires.
    struct Ticking: LoadBalancingPolicy {
        static let name = "ticking"
        init(_ configuration: NoConfiguration, seed: UInt64) {}
        mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
            out.schedule(TimerID(7), after: .seconds(1))
        }
        mutating func reconfigure(_ configuration: NoConfiguration, _ out: inout PolicyActions) {}
        mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {}
        mutating func subchannel(_ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions) {}
        mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
            if id == TimerID(7) { out.requestResolution() }
        }
    }

    @Test("a ready policy serves until the new one is ready, then its subchannels are shut down")
    mutating func untilReady() {
        readyRoundRobin()
        driver.policy.choices = [.pickFirst]
        #expect(driver.update(two) == ["create 2 10.0.0.1:1", "connect 2", "schedule 0 0.25 seconds"])
        #expect(driver.policy.machine.name == "round_robin")
        // The old one goes on meanwhile.
        #expect(driver.subchannel(1, .idle) == ["resolve", "connect 1", "READY"])
        #expect(driver.picks() == ["0"])
        #expect(driver.subchannel(2, .connecting) == [])
        #expect(driver.subchannel(2, .ready) == ["READY", "shut down 0", "shut down 1"])
        #expect(driver.policy.machine.name == "pick_first")
        #expect(driver.picks() == ["2"])
        #expect(driver.subchannel(0, .idle) == [])
    }

    @Test("a new policy that fails takes over too, and says why")
    mutating func untilFailed() {
        readyRoundRobin()
        driver.policy.choices = [.pickFirst]
        #expect(driver.update([]).contains("shut down 0"))
        #expect(driver.picks() == ["fail: pick an endpoint: the resolver found none"])
    }

    @Test("a policy that leaves ready, or is not, gives way at once")
    mutating func notReady() {
        readyRoundRobin()
        driver.policy.choices = [.pickFirst]
        _ = driver.update(two)
        _ = driver.subchannel(0, .idle)
        #expect(driver.subchannel(1, .idle) == ["resolve", "connect 1", "CONNECTING", "shut down 0", "shut down 1"])
        #expect(driver.policy.machine.name == "pick_first")
        driver.policy.choices = [.roundRobin]
        #expect(
            driver.update(endpoints("10.0.0.1:1")) == ["create 3 10.0.0.1:1", "connect 3", "CONNECTING", "shut down 2"])
    }

    @Test("a third policy replaces the one that was to be the second")
    mutating func third() {
        readyRoundRobin()
        driver.policy.choices = [.pickFirst]
        _ = driver.update(two)
        driver.policy.choices = [.policy(Ticking.self)]
        #expect(driver.update(two) == ["schedule 0 1.0 seconds", "shut down 2"])
        #expect(driver.policy.machine.name == "round_robin")
    }

    @Test("another configuration of the same policy changes it in place")
    mutating func inPlace() {
        driver.policy.choices = [.pickFirst]
        #expect(driver.update(two) == ["create 0 10.0.0.1:1", "connect 0", "schedule 0 0.25 seconds", "CONNECTING"])
        _ = driver.subchannel(0, .ready)
        driver.policy.choices = [.pickFirst(shuffled: true)]
        #expect(driver.update(two) == [])
        #expect(driver.picks() == ["0"])
    }

    @Test("what cannot be made changes nothing and is reported")
    mutating func invalid() {
        readyRoundRobin()
        driver.policy.choices = [LoadBalancing(policy: "round_robbin")]
        #expect(driver.update([]) == [])
        #expect(driver.policy.thrown?.message.contains("round_robbin") == true)
        #expect(driver.picks(2).sorted() == ["0", "1"])
    }

    @Test("a timer goes to the policy that scheduled it, and to nobody when that is gone")
    mutating func timers() {
        driver.policy.choices = [.policy(Ticking.self)]
        #expect(driver.update(two) == ["schedule 0 1.0 seconds"])
        #expect(driver.handle { $0.timerFired(TimerID(0), &$1) } == ["resolve"])
        driver.policy.choices = [.roundRobin]
        _ = driver.update(two)
        #expect(driver.handle { $0.timerFired(TimerID(0), &$1) } == [])
        #expect(driver.handle { $0.timerFired(TimerID(9), &$1) } == [])
    }

    @Test("before the first answer a failed resolution fails calls")
    mutating func noAnswer() {
        let error = RPCError(.unavailable, "no such host")
        #expect(driver.handle { $0.resolutionFailed(error, &$1) } == ["TRANSIENT_FAILURE (no such host)"])
        _ = driver.update(two)
        #expect(driver.picks() == ["queue"])
    }

    private mutating func readyRoundRobin() {
        _ = driver.update(two)
        _ = driver.subchannel(0, .ready)
        _ = driver.subchannel(1, .ready)
    }
}
