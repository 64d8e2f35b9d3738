// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import SkeinTransport
import Testing

@testable import SkeinClient

@Suite("subchannels that connect")
struct ConnectQueueTests {
    private func id(_ number: Int) -> ConnectQueue.Turn {
        ConnectQueue.Turn(id: SubchannelID(slot: UInt32(number), generation: 1))
    }

    @Test("only so many connect at a time; the others follow in their order")
    func limit() {
        var queue = ConnectQueue(limit: 2)
        let started = (0..<5).map { queue.wants(id($0)) }
        #expect(started == [true, true, false, false, false])
        let next = [0, 1, 2, 3, 4].map { queue.ended(id($0)) }
        #expect(next == [[id(2)], [id(3)], [id(4)], [], []])
    }

    @Test("asking twice, ending twice and ending while waiting change nothing more")
    func repetition() {
        var queue = ConnectQueue(limit: 1)
        let wants = [0, 0, 1, 1, 2].map { queue.wants(id($0)) }
        #expect(wants == [true, false, false, false, false])
        let unqueued = queue.ended(id(1))
        let first = queue.ended(id(0))
        let again = queue.ended(id(0))
        #expect((unqueued, first, again) == ([], [id(2)], []))
        let once = queue.wants(id(1))
        #expect(!once)
        let last = queue.ended(id(2))
        #expect(last == [id(1)])
    }

    @Test("a server whose addresses are raced waits for room for all of them, and those after it for their turn")
    func attempts() {
        var queue = ConnectQueue(limit: 4)
        let started = [(0, 2), (1, 3), (2, 1), (3, 9)].map { queue.wants(id($0), attempts: $1) }
        #expect(started == [true, false, false, false])
        let next = [0, 2, 1, 3].map { queue.ended(id($0)) }
        #expect(next == [[id(1), id(2)], [], [id(3)], []])
    }

    @Test("the renewal of a connection has a turn of its own")
    func renewals() {
        var queue = ConnectQueue(limit: 1)
        let renewal = ConnectQueue.Turn(id: id(0).id, isRenewal: true)
        let started = [queue.wants(id(0)), queue.wants(renewal)]
        #expect(started == [true, false])
        let next = [queue.ended(id(0)), queue.ended(id(0)), queue.ended(renewal)]
        #expect(next == [[renewal], [], []])
    }

    @Test("never more than the limit, and everyone has a turn, in any order of events", arguments: 0..<10)
    func anyOrder(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = ConnectQueue(limit: 3)
        var connecting: Set<ConnectQueue.Turn> = []
        var wanting: Set<ConnectQueue.Turn> = []
        for _ in 0..<500 {
            let id = id(Int(random.next() % 20))
            if random.next() % 2 == 0, !connecting.contains(id) {
                if queue.wants(id) { connecting.insert(id) } else { wanting.insert(id) }
            } else {
                connecting.remove(id)
                wanting.remove(id)
                for next in queue.ended(id) {
                    #expect(wanting.remove(next) != nil)
                    connecting.insert(next)
                }
            }
            #expect(connecting.count <= 3)
            #expect(wanting.isEmpty || connecting.count == 3)
        }
    }

    @Test("an endpoint with several connections is several endpoints of one server")
    func copies() {
        let address = EndpointAddress.ipv4("10.0.0.1", port: 1)
        let copies = Endpoint(address, weight: 3).copies(3)
        #expect(Set(copies.map(\.identity)).count == 3)
        #expect(copies.map(\.weight) == [3, 3, 3])
        #expect(copies.allSatisfy { $0.addresses == [address] })
        #expect(copies.map(\.hashKey) == [nil, "10.0.0.1:1#1", "10.0.0.1:1#2"])
        #expect(copies.map(\.identity.description) == ["10.0.0.1:1", "10.0.0.1:1 (2)", "10.0.0.1:1 (3)"])
        #expect(Endpoint(address).copies(1) == [Endpoint(address)])
    }
}
