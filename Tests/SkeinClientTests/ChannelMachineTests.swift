// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinClient

@Suite("when a channel is active", .timeLimit(.minutes(1)))
struct ChannelMachineTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("the first call activates the channel, later ones change nothing")
    func activation() {
        var machine = ChannelMachine(idleTimeout: .seconds(80))
        #expect(!machine.isActive)
        #expect(machine.wanted(start) == .activate(checkEvery: .seconds(10)))
        #expect(machine.wanted(start) == .nothing)
        #expect(machine.isActive)
    }

    @Test("a tiny idle timeout is not looked at all the time")
    func tiny() {
        var machine = ChannelMachine(idleTimeout: .milliseconds(1))
        #expect(machine.wanted(start) == .activate(checkEvery: .milliseconds(10)))
    }

    @Test("it goes idle once nothing has started or run for the timeout, and wakes with the next call")
    func idle() {
        var machine = ChannelMachine(idleTimeout: .seconds(80))
        _ = machine.wanted(start)
        #expect(machine.checked(attempts: 0, isBusy: false, at(79)) == .nothing)
        #expect(machine.checked(attempts: 3, isBusy: false, at(80)) == .nothing)
        #expect(machine.checked(attempts: 3, isBusy: true, at(200)) == .nothing)
        #expect(machine.checked(attempts: 3, isBusy: false, at(279)) == .nothing)
        #expect(machine.checked(attempts: 3, isBusy: false, at(280)) == .goIdle)
        #expect(!machine.isActive)
        #expect(machine.checked(attempts: 3, isBusy: false, at(900)) == .nothing)
        #expect(machine.wanted(at(901)) == .activate(checkEvery: .seconds(10)))
    }

    @Test("it closes once, from any state, and stays closed")
    func shutDown() {
        for isActive in [false, true] {
            var machine = ChannelMachine(idleTimeout: .seconds(80))
            if isActive { _ = machine.wanted(start) }
            #expect(machine.shutDown() == .close)
            #expect(machine.shutDown() == .nothing)
            #expect(machine.wanted(at(1)) == .nothing)
            #expect(machine.checked(attempts: 0, isBusy: false, at(999)) == .nothing)
        }
    }
}
