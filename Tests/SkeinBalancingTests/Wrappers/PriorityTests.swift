// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

/// Failover between parts of the endpoints (gRFC A56, A115).
@Suite(.timeLimit(.minutes(2))) struct PriorityTests {
    private static let three =
        #"{"children": {"a": {"config": [{"round_robin": {}}]}, "b": {"config": [{"round_robin": {}}]}, "#
        + #""c": {"config": [{"round_robin": {}}], "ignoreReresolutionRequests": true}}, "priorities": ["a", "b", "c"]}"#
    static let choices = [("priority", "{}"), ("priority_experimental", three), ("priority", three)]

    /// Two endpoints of each of three priorities.
    private static let six: [Endpoint] = (0..<6).map { number in
        Endpoint(.ipv4("10.0.\(number / 2).\(number % 2)", port: 1), priority: UInt8(number / 2))
    }

    private func fleet(_ choice: (name: String, json: String)) throws -> Fleet {
        var fleet = try Fleet(LoadBalancing(policy: choice.name, json: choice.json))
        fleet.update(PriorityTests.six)
        return fleet
    }

    /// The priorities of the subchannels there are.
    private func used(_ fleet: Fleet) -> [UInt8] { fleet.subchannels.map(\.endpoint.priority) }

    /// Those that calls go to.
    private func served(_ fleet: inout Fleet) -> Set<Character?> {
        Set((0..<8).map { _ in fleet.pick()?.split(separator: ".")[2].first })
    }

    private func set(_ fleet: inout Fleet, _ priority: UInt8, _ state: ConnectivityState) {
        for subchannel in fleet.subchannels where subchannel.endpoint.priority == priority {
            fleet.set(subchannel.id, state)
        }
    }

    @Test("only the first is connected while it works", arguments: choices)
    func first(choice: (String, String)) throws {
        var fleet = try fleet(choice)
        #expect(used(fleet) == [0, 0])
        set(&fleet, 0, .ready)
        fleet.advance(by: .seconds(60))
        #expect(used(fleet) == [0, 0])
        #expect(served(&fleet) == ["0"])
    }

    @Test("when all of it fail the next is connected at once; one that is left of it serves", arguments: choices)
    func failing(choice: (String, String)) throws {
        var fleet = try fleet(choice)
        fleet.set(fleet.subchannels[0].id, refused)
        #expect(used(fleet) == [0, 0])
        fleet.set(fleet.subchannels[1].id, refused)
        #expect(used(fleet) == [0, 0, 1, 1])
        #expect(!fleet.state.isReady && !fleet.state.isTransientFailure)
        set(&fleet, 1, .ready)
        #expect(served(&fleet) == ["1"])
        fleet.set(fleet.subchannels[0].id, .idle)
        fleet.set(fleet.subchannels[0].id, .ready)
        #expect(served(&fleet) == ["0"])
    }

    @Test("one that takes 10 seconds to connect is given up, but used as soon as it is ready", arguments: choices)
    func failover(choice: (String, String)) throws {
        var fleet = try fleet(choice)
        set(&fleet, 0, .connecting)
        fleet.advance(by: .milliseconds(9_990))
        #expect(used(fleet) == [0, 0])
        fleet.advance(by: .milliseconds(20))
        #expect(used(fleet) == [0, 0, 1, 1])
        fleet.advance(by: .seconds(10))
        #expect(used(fleet) == [0, 0, 1, 1, 2, 2])
        set(&fleet, 2, .ready)
        #expect(served(&fleet) == ["2"])
        set(&fleet, 1, .ready)
        #expect(served(&fleet) == ["1"])
        set(&fleet, 0, .ready)
        #expect(served(&fleet) == ["0"])
    }

    @Test("one that was ready gets 10 seconds to come back, one that failed does not", arguments: choices)
    func comingBack(choice: (String, String)) throws {
        var fleet = try fleet(choice)
        set(&fleet, 0, .ready)
        set(&fleet, 0, .idle)
        set(&fleet, 0, .connecting)
        #expect(fleet.pick() == nil)
        fleet.advance(by: .milliseconds(9_990))
        #expect(used(fleet) == [0, 0])
        fleet.advance(by: .milliseconds(20))
        set(&fleet, 1, .ready)
        #expect(served(&fleet) == ["1"])
    }

    @Test(
        "the lower ones are kept for 15 minutes, then dropped; a failure in between takes them back", arguments: choices
    )
    func retention(choice: (String, String)) throws {
        var fleet = try fleet(choice)
        set(&fleet, 0, refused)
        set(&fleet, 1, .ready)
        set(&fleet, 0, .ready)
        fleet.advance(by: .seconds(14 * 60))
        #expect(used(fleet) == [0, 0, 1, 1])
        set(&fleet, 0, refused)
        #expect(served(&fleet) == ["1"])
        fleet.advance(by: .seconds(120))
        #expect(used(fleet) == [0, 0, 1, 1])
        set(&fleet, 0, .ready)
        fleet.advance(by: .seconds(15 * 60 - 1))
        #expect(used(fleet) == [0, 0, 1, 1])
        fleet.advance(by: .seconds(2))
        #expect(used(fleet) == [0, 0])
        #expect(served(&fleet) == ["0"])
    }

    @Test("when all have failed, calls fail with what the last says", arguments: choices)
    func allFail(choice: (String, String)) throws {
        var fleet = try fleet(choice)
        for priority in 0..<3 as Range<UInt8> { set(&fleet, priority, refused) }
        #expect(fleet.state.isTransientFailure)
        #expect(fleet.state.description.contains("connection refused"))
        set(&fleet, 2, .ready)
        #expect(served(&fleet) == ["2"])
    }

    @Test("a part that is not there any more is dropped at once; endpoints may move between parts", arguments: choices)
    func changes(choice: (String, String)) throws {
        var fleet = try fleet(choice)
        set(&fleet, 0, refused)
        set(&fleet, 1, .ready)
        var moved = PriorityTests.six
        for index in moved.indices { moved[index].priority = moved[index].priority == 1 ? 0 : 1 }
        fleet.update(moved)
        fleet.connectAll()
        #expect(served(&fleet) == ["1"])
        fleet.update(Array(PriorityTests.six.prefix(2)))
        fleet.connectAll()
        #expect(served(&fleet) == ["0"])
        fleet.update([])
        #expect(fleet.subchannels.isEmpty && fleet.state.isTransientFailure)
    }

    @Test("a path says where an endpoint belongs, below too")
    func paths() throws {
        let json = """
            {"children": {
               "near": {"config": [{"weighted_target_experimental": {"targets": {
                  "x": {"weight": 1, "childPolicy": [{"round_robin": {}}]},
                  "y": {"weight": 3, "childPolicy": [{"round_robin": {}}]}}}}]},
               "far": {"config": [{"pick_first": {}}]}}, "priorities": ["near", "far"]}
            """
        var fleet = try Fleet(LoadBalancing(policy: "priority_experimental", json: json))
        var endpoints = Fleet.endpoints(4)
        endpoints[0][ChildPath.self] = ["near", "x"]
        endpoints[1][ChildPath.self] = ["near", "y"]
        endpoints[2][ChildPath.self] = ["far"]
        endpoints[3][ChildPath.self] = ["nowhere"]
        fleet.update(endpoints)
        #expect(fleet.subchannels.count == 2)
        fleet.connectAll()
        #expect(fits(fleet.tally(8000, endpoints), [1, 3, 0, 0]))
        for subchannel in fleet.subchannels { fleet.set(subchannel.id, refused) }
        #expect(fleet.subchannels.last?.endpoint.addresses == endpoints[2].addresses)
    }

    @Test("a child whose requests are ignored does not ask the resolver")
    func requests() throws {
        var fleet = try fleet(PriorityTests.choices[1])
        set(&fleet, 0, refused)
        set(&fleet, 1, refused)
        let asked = fleet.resolutions
        #expect(asked == 4)
        set(&fleet, 2, refused)
        #expect(fleet.resolutions == asked)
    }

    @Test(
        "a config that is wrong says what is expected",
        arguments: [
            ("{}", true), (#"{"priorities": ["a"]}"#, false), (#"{"children": {"a": {}}, "priorities": ["a"]}"#, false),
            (#"{"children": {"a": {"config": [{"random": {}}]}}, "priorities": ["a", "a"]}"#, false),
            (#"{"children": {"a": {"config": [{"random": {}}]}}, "priorities": ["b"]}"#, false),
            (#"{"children": {"a": {"config": [{"random": {}}]}}, "priorities": []}"#, true),
        ])
    func configs(json: String, isValid: Bool) throws {
        for name in ["priority", "priority_experimental"] {
            let choice = try LoadBalancing(policy: name, json: json)
            guard !isValid else {
                try LoadBalancingRegistry.builtIn.validate([choice])
                continue
            }
            #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([choice]) }
        }
        var empty = try Fleet(LoadBalancing(policy: "priority_experimental", json: "{}"))
        empty.update(PriorityTests.six)
        #expect(empty.state.description.contains("priority policy has empty priority list"))
    }
}
