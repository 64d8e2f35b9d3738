// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Synchronization
import Testing

@testable import SkeinBalancing

@Suite(.timeLimit(.minutes(2))) struct SlotTableTests {
    @Test("a slot is two lines of cache, of which a pick needs one")
    func size() {
        #expect(MemoryLayout<EndpointSlot>.size == 128)
        #expect(MemoryLayout<EndpointSlot>.stride == 128)
    }

    @Test("slots keep their addresses, aligned to lines of cache, as the table grows")
    func stable() {
        let table = SlotTable()
        var places: [UnsafeMutablePointer<EndpointSlot>] = []
        for number in 0..<10_000 {
            let id = table.allocate()
            #expect(id.slot == UInt32(number))
            places.append(table.slot(id.slot))
        }
        #expect(Set(places).count == 10_000)
        #expect(places.allSatisfy { UInt(bitPattern: $0) % 64 == 0 })
        #expect(places.indices.allSatisfy { table.slot(UInt32($0)) == places[$0] })
    }

    @Test(
        "what watches endpoints for a policy stays when the policy has another config",
        arguments: [
            ("auto", "poolSize"), ("prequal", "poolSize"), ("expected_delay", "poolSize"),
            ("ring_hash", "boundedLoadFrom"), ("maglev", "boundedLoadFrom"),
        ])
    func watchers(name: String, field: String) throws {
        func config(_ value: Int) throws -> LoadBalancing {
            try LoadBalancing(policy: name, json: #"{"boundedLoadFactor": 1.25, "\#(field)": \#(value)}"#)
        }
        func pointers(_ fleet: Fleet) -> [UnsafeRawPointer?] {
            fleet.subchannels.map { fleet.cell.slots.slot($0.id.slot).pointee.watcher.load(ordering: .relaxed) }
        }
        var fleet = try Fleet(config(4), Fleet.endpoints(3))
        let before = pointers(fleet)
        fleet.reconfigure(try config(5))
        #expect(pointers(fleet) == before && !before.contains(nil))
    }

    @Test("the load of an endpoint counts attempts, and is 0 for a handle on a slot that serves another")
    func load() throws {
        let cell = PickerCell<Counter>()
        let id = cell.slots.allocate()
        cell.attach(Counter(), to: id)
        let load = EndpointLoad(of: id, at: endpoint("10.0.0.1:1"), in: cell.slots)
        _ = cell.publish(.ready, Fixed(result: .subchannel(id)))
        var context = PickContext(testMethod)
        guard case .picked(_, let token) = cell.pick(&context) else { return #expect(Bool(false)) }
        #expect(load.inFlight == 1)
        cell.slots.completed(token)
        #expect(load.inFlight == 0)
        _ = cell.detach(id)
        // Picks of other tests may be under way, which the slot waits for.
        while cell.isRetiring { _ = cell.retire() }
        let next = cell.slots.allocate()
        #expect(next.slot == id.slot)
        cell.attach(Counter(), to: next)
        _ = cell.publish(.ready, Fixed(result: .subchannel(next)))
        guard case .picked = cell.pick(&context) else { return #expect(Bool(false)) }
        #expect(load.inFlight == 0)
        #expect(cell.slots.inFlight(next) == 1)
        // A token of the old subchannel counts for nobody.
        cell.slots.completed(token)
        #expect(cell.slots.inFlight(next) == 1)
    }
}
