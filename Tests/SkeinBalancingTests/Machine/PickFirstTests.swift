// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct PickFirstTests {
    private var driver = PolicyDriver<PickFirst>()
    private let wait = "schedule 0 0.25 seconds"
    private let three = endpoints("10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1")

    @Test("addresses are tried in order, the next when one fails; the first that answers gets every call")
    mutating func inOrder() {
        #expect(driver.update(three) == ["create 0 10.0.0.1:1", "connect 0", wait, "CONNECTING"])
        #expect(driver.subchannel(0, .connecting) == [])
        #expect(driver.picks() == ["queue"])
        #expect(driver.subchannel(0, refused) == ["create 1 10.0.0.2:1", "connect 1", wait])
        _ = driver.subchannel(1, .connecting)
        #expect(driver.subchannel(1, .ready) == ["READY", "shut down 0"])
        #expect(driver.picks(3) == ["1", "1", "1"])
    }

    @Test("an address that is slow to answer does not hold up the next; the first to answer wins the race")
    mutating func race() {
        _ = driver.update(three)
        _ = driver.subchannel(0, .connecting)
        #expect(driver.handle { $0.timerFired(TimerID(0), &$1) } == ["create 1 10.0.0.2:1", "connect 1", wait])
        #expect(driver.handle { $0.timerFired(TimerID(0), &$1) } == ["create 2 10.0.0.3:1", "connect 2"])
        #expect(driver.subchannel(2, refused) == [])
        #expect(driver.subchannel(0, refused) == [])
        #expect(driver.picks() == ["queue"])
        #expect(driver.subchannel(1, .ready) == ["READY", "shut down 0", "shut down 2"])
        #expect(driver.picks(2) == ["1", "1"])
        #expect(driver.handle { $0.timerFired(TimerID(0), &$1) } == [])
    }

    @Test("the pass ends when the slow addresses have failed, too")
    mutating func slowFailures() {
        _ = driver.update(three)
        for _ in 0..<2 { _ = driver.handle { $0.timerFired(TimerID(0), &$1) } }
        #expect(driver.subchannel(1, refused) == [])
        #expect(driver.subchannel(1, .idle) == [])
        #expect(driver.subchannel(2, refused) == [])
        #expect(
            driver.subchannel(0, refused) == ["resolve", "connect 1", "TRANSIENT_FAILURE (connection refused)"])
    }

    @Test("when all have failed it fails until one answers, and retries each when its backoff ends")
    mutating func allFail() {
        let failing = "TRANSIENT_FAILURE (connection refused)"
        failAll()
        #expect(driver.picks() == ["fail: connection refused"])
        #expect(driver.subchannel(1, .idle) == ["connect 1"])
        #expect(driver.subchannel(1, .connecting) == [])
        #expect(driver.picks() == ["fail: connection refused"])
        #expect(driver.subchannel(1, refused) == [failing])
        #expect(driver.subchannel(0, refused) == [failing])
        // As many failures as addresses: the resolver is asked again.
        #expect(driver.subchannel(1, refused) == ["resolve", failing])
        #expect(driver.subchannel(2, .ready) == ["READY", "shut down 0", "shut down 1"])
        #expect(driver.picks() == ["2"])
    }

    @Test("the end of the first pass asks the resolver and retries what is idle by then")
    mutating func endOfPass() {
        _ = driver.update(three)
        _ = driver.subchannel(0, refused)
        _ = driver.subchannel(1, refused)
        #expect(driver.subchannel(0, .idle) == [])
        #expect(
            driver.subchannel(2, refused) == ["resolve", "connect 0", "TRANSIENT_FAILURE (connection refused)"])
    }

    @Test("a connection that ends makes it idle until the next call, which starts from the first address")
    mutating func idle() {
        _ = driver.update(three)
        _ = driver.subchannel(0, refused)
        _ = driver.subchannel(1, .ready)
        #expect(driver.subchannel(1, .idle) == ["resolve", "IDLE"])
        #expect(driver.picks() == ["queue"])
        #expect(driver.update(three) == [])
        #expect(driver.handle { $0.exitIdle(&$1) } == ["create 2 10.0.0.1:1", "connect 2", wait, "CONNECTING"])
        #expect(driver.handle { $0.exitIdle(&$1) } == [])
        #expect(driver.subchannel(2, refused) == ["connect 1", wait])
    }

    @Test("the connection stays while its address is in the answer, and goes when it is not")
    mutating func selectedAddress() {
        _ = driver.update(three)
        _ = driver.subchannel(0, .ready)
        #expect(driver.update(endpoints("10.0.0.9:1", "10.0.0.1:1")) == [])
        #expect(driver.picks() == ["0"])
        #expect(driver.update(endpoints("10.0.0.9:1")) == ["IDLE", "shut down 0"])
        #expect(driver.handle { $0.exitIdle(&$1) } == ["create 1 10.0.0.9:1", "connect 1", "CONNECTING"])
    }

    @Test("a new list starts a new pass that keeps failing until one answers; the same list does not")
    mutating func newList() {
        failAll()
        #expect(driver.update(three) == [])
        #expect(
            driver.update(endpoints("10.0.0.2:1", "10.0.0.4:1"))
                == ["create 3 10.0.0.4:1", "connect 3", "shut down 0", "shut down 2"])
        #expect(driver.picks() == ["fail: connection refused"])
        #expect(driver.subchannel(3, .ready) == ["READY", "shut down 1"])
    }

    @Test("an empty answer shuts everything down and fails, and the next one starts anew")
    mutating func empty() {
        _ = driver.update(three)
        _ = driver.subchannel(0, .ready)
        #expect(
            driver.update([]) == [
                "TRANSIENT_FAILURE (pick an endpoint: the resolver found none)", "shut down 0",
            ])
        #expect(driver.update(three) == ["create 1 10.0.0.1:1", "connect 1", wait])
        #expect(driver.subchannel(1, .ready) == ["READY"])
    }

    @Test("a failed resolution counts only while there is no address")
    mutating func resolution() {
        let error = RPCError(.unavailable, "no such host")
        #expect(driver.handle { $0.resolutionFailed(error, &$1) } == ["TRANSIENT_FAILURE (no such host)"])
        _ = driver.update(three)
        #expect(driver.handle { $0.resolutionFailed(error, &$1) } == [])
    }

    @Test("with shuffleAddressList the order depends on the seed, and the same answer keeps it")
    func shuffled() {
        let many = (1...20).map { endpoint("10.0.0.\($0):1") }
        var firsts: Set<String> = []
        for seed in 1...20 {
            var driver = PolicyDriver<PickFirst>(.init(shuffleAddressList: true), seed: UInt64(seed))
            firsts.insert(driver.update(many)[0])
            #expect(driver.update(many) == [])
        }
        #expect(firsts.count > 5)
    }

    private mutating func failAll() {
        _ = driver.update(three)
        for slot in 0..<3 { _ = driver.subchannel(UInt32(slot), refused) }
    }
}
