// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

@Suite("load reports of endpoints")
struct ReportBoardTests {
    private final class Object: Sendable {}

    @Test("an endpoint has the last report of its server, until its slot serves another")
    func lastReport() {
        let cell = PickerCell<Object>()
        let endpoint = Endpoint(.ipv4("10.0.0.1", port: 1))
        var actions = PolicyActions(slots: cell.slots, now: .now, random: 0)
        let id = actions.createSubchannel(for: endpoint)
        let load = actions.load(of: id, at: endpoint)
        cell.attach(Object(), to: id)
        #expect(load.report == nil)
        cell.slots.reported(LoadReport(cpuUtilization: 0.5), of: id, at: PickTime(nanoseconds: 1))
        cell.slots.reported(LoadReport(cpuUtilization: 0.75), of: id, at: PickTime(nanoseconds: 2))
        #expect(load.report?.cpuUtilization == 0.75)
        #expect(load.timedReport?.time == PickTime(nanoseconds: 2))
        _ = cell.detach(id)
        while cell.isRetiring { _ = cell.retire() }
        #expect(load.report == nil)
        cell.slots.reported(LoadReport(cpuUtilization: 1), of: id, at: PickTime(nanoseconds: 3))
        var next = PolicyActions(slots: cell.slots, now: .now, random: 0)
        let other = next.createSubchannel(for: endpoint)
        #expect(other.slot == id.slot)
        #expect(next.load(of: other, at: endpoint).report == nil)
    }

    @Test("a policy may take a connection for healthy, and the next subchannel in its slot does not inherit that")
    func ignoredHealth() {
        let cell = PickerCell<Object>()
        var actions = PolicyActions(slots: cell.slots, now: .now, random: 0)
        let id = actions.createSubchannel(ignoringHealthFor: Endpoint(.ipv4("10.0.0.1", port: 1)))
        #expect(cell.slots.ignoresHealth(id))
        cell.attach(Object(), to: id)
        _ = cell.detach(id)
        while cell.isRetiring { _ = cell.retire() }
        let other = actions.createSubchannel(for: Endpoint(.ipv4("10.0.0.1", port: 1)))
        #expect(other.slot == id.slot)
        #expect(!cell.slots.ignoresHealth(other))
    }
}
