// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct EndpointShardingTests {
    private var driver = PolicyDriver<RoundRobin.Sharding>()

    @Test("the first answer creates and connects a subchannel for each endpoint and makes calls wait")
    mutating func firstAnswer() {
        #expect(driver.picks() == ["queue"])
        #expect(
            driver.update(endpoints("10.0.0.1:1 10.0.0.2:1", "10.0.0.3:1")) == [
                "create 0 10.0.0.1:1,10.0.0.2:1", "connect 0", "create 1 10.0.0.3:1", "connect 1", "CONNECTING",
            ])
        #expect(driver.picks() == ["queue"])
    }

    @Test("endpoints that are the same server share a subchannel, in whatever order their addresses stand")
    mutating func duplicates() {
        let listed = endpoints("10.0.0.1:1 10.0.0.2:1", "10.0.0.2:1 10.0.0.1:1", "10.0.0.1:1 10.0.0.2:1")
        #expect(driver.update(listed).count == 3)
        #expect(driver.update(listed) == [])
    }

    @Test("a ready endpoint is picked, a removed one is shut down and never picked again")
    mutating func readyAndRemoved() {
        _ = driver.update(endpoints("10.0.0.1:1", "10.0.0.2:1"))
        #expect(driver.subchannel(0, .ready) == ["READY"])
        #expect(driver.subchannel(1, .ready) == ["READY"])
        #expect(Set(driver.picks(4)) == ["0", "1"])
        #expect(driver.update(endpoints("10.0.0.2:1")) == ["READY", "shut down 0"])
        #expect(Set(driver.picks(4)) == ["1"])
        #expect(driver.subchannel(0, .idle) == [])
        #expect(driver.update(endpoints("10.0.0.2:1")) == [])
    }

    @Test("one ready endpoint is enough, whatever the others do")
    mutating func aggregation() {
        _ = driver.update(endpoints("10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"))
        _ = driver.subchannel(2, .ready)
        #expect(driver.subchannel(0, refused) == ["resolve"])
        #expect(driver.subchannel(0, .idle) == ["connect 0"])
        #expect(driver.subchannel(0, .connecting) == [])
        #expect(driver.subchannel(2, .idle) == ["resolve", "connect 2", "CONNECTING"])
        #expect(driver.subchannel(2, refused) == ["resolve"])
        #expect(driver.picks() == ["queue"])
        #expect(driver.subchannel(1, refused).last?.hasPrefix("TRANSIENT_FAILURE") == true)
    }

    @Test("a failing endpoint fails until it is ready, and the error says so")
    mutating func sticky() {
        _ = driver.update(endpoints("10.0.0.1:1"))
        #expect(driver.subchannel(0, refused) == ["resolve", "TRANSIENT_FAILURE (connection refused)"])
        #expect(driver.subchannel(0, .idle) == ["connect 0"])
        #expect(driver.subchannel(0, .connecting) == [])
        #expect(driver.picks() == ["fail: connection refused"])
        #expect(driver.subchannel(0, refused) == ["resolve", "TRANSIENT_FAILURE (connection refused)"])
        #expect(driver.subchannel(0, .ready) == ["READY"])
        #expect(driver.picks() == ["0"])
    }

    @Test("when several endpoints fail the error says how many, and the last reason")
    mutating func manyFail() {
        _ = driver.update(endpoints("10.0.0.1:1", "10.0.0.2:1"))
        _ = driver.subchannel(0, refused)
        _ = driver.subchannel(1, .transientFailure(RPCError(.unavailable, "no route")))
        #expect(driver.picks() == ["fail: reach any of 2 endpoints, all of which fail; the last with: no route"])
        // A third that has not been tried yet is a reason to wait.
        #expect(
            driver.update(endpoints("10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"))
                == ["create 2 10.0.0.3:1", "connect 2", "CONNECTING"])
    }

    @Test("no endpoints and no answer make calls fail, but never take away endpoints that are there")
    mutating func nothing() {
        #expect(driver.update([]).count == 1)
        #expect(driver.picks() == ["fail: pick an endpoint: the resolver found none"])
        let failed = RPCError(.unavailable, "no such host")
        #expect(driver.handle { $0.resolutionFailed(failed, &$1) } == ["TRANSIENT_FAILURE (no such host)"])
        _ = driver.update(endpoints("10.0.0.1:1"))
        #expect(driver.picks() == ["queue"])
        #expect(driver.handle { $0.resolutionFailed(failed, &$1) } == [])
        #expect(
            driver.handle { $0.update(EndpointUpdate([], note: "3 are unhealthy"), &$1) } == [
                "TRANSIENT_FAILURE (pick an endpoint: the resolver found none (3 are unhealthy))", "shut down 0",
            ])
    }

    @Test("new attributes of a ready endpoint make a new picker, the same ones do not")
    mutating func attributes() {
        _ = driver.update([endpoint("10.0.0.1:1")])
        _ = driver.subchannel(0, .ready)
        #expect(driver.update([endpoint("10.0.0.1:1")]) == [])
        #expect(driver.update([endpoint("10.0.0.1:1", weight: 2)]) == ["READY"])
    }

    @Test("10,000 endpoints become ready, lose one and get one in time that does not grow with the square")
    mutating func many() {
        let all = (0..<10_000).map { Endpoint(.ipv4("10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)", port: 1)) }
        _ = driver.update(all)
        var sharding = EndpointSharding()
        var actions = PolicyActions(slots: driver.cell.slots, now: .now, random: 0)
        _ = sharding.update(EndpointUpdate(all), &actions)
        let start = threadTime()
        for slot in 10_000..<20_000 {
            _ = sharding.subchannel(SubchannelID(slot: UInt32(slot), generation: 1), became: .ready, &actions)
        }
        let elapsed = threadTime() - start
        #expect(elapsed < .seconds(5))
        guard case .ready(let ready) = sharding.outlook else { return #expect(Bool(false)) }
        #expect(ready.count == 10_000)
    }
}

extension RoundRobin { typealias Sharding = Sharded<RoundRobin> }
