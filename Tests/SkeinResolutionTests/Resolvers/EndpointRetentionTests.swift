// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Endpoints are kept through answers that leave them out", .timeLimit(.minutes(2)))
struct EndpointRetentionTests {
    /// Answers in turn, each with the addresses in use after it.
    struct Story: Sendable, CustomTestStringConvertible {
        var name: String
        var answers: [[Int]]
        var inUse: [[Int]]
        var testDescription: String { name }
    }

    @Test(
        "an endpoint goes only after it is missing from three answers in a row",
        arguments: [
            Story(name: "the same answer", answers: [[1, 2], [1, 2]], inUse: [[1, 2], [1, 2]]),
            Story(
                name: "rotation keeps the order", answers: [[1, 2, 3], [2, 3, 1], [3, 1, 2]],
                inUse: [[1, 2, 3], [1, 2, 3], [1, 2, 3]]),
            Story(
                name: "a removed one goes with the third miss", answers: [[1, 2], [1], [1], [1]],
                inUse: [[1, 2], [1, 2], [1, 2], [1]]),
            Story(
                name: "an answer that has it starts the count again",
                answers: [[1, 2], [1], [1], [1, 2], [1], [1], [1]],
                inUse: [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [1]]),
            Story(
                name: "truncated answers add up", answers: [[1, 2], [3, 4], [1, 3], [2, 4]],
                inUse: [[1, 2], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]]),
            Story(name: "a new one is used at once, at the end", answers: [[2], [1, 2]], inUse: [[2], [2, 1]]),
            Story(name: "a move to new servers", answers: [[1], [2], [2], [2]], inUse: [[1], [1, 2], [1, 2], [2]]),
            Story(
                name: "one that came back is new", answers: [[1, 2], [1], [1], [1], [2, 1]],
                inUse: [[1, 2], [1, 2], [1, 2], [1], [1, 2]]),
            Story(name: "a doubled endpoint counts once", answers: [[1, 1]], inUse: [[1]]),
        ])
    func stories(story: Story) {
        var retention = EndpointRetention(missesUntilDropped: 3)
        for (answer, expected) in zip(story.answers, story.inUse) {
            let inUse = retention.absorb(answer.map(endpoint))
            #expect(inUse.map(\.identity) == expected.map { endpoint($0).identity })
            for endpoint in inUse {
                let isNamed = answer.contains { self.endpoint($0).identity == endpoint.identity }
                #expect(endpoint[EndpointStanding.self] == (isNamed ? .listed : .kept))
            }
        }
    }

    @Test(
        "answers that show some of a fixed set, each in turn, change nothing once all are known",
        arguments: 0..<10 as Range<UInt64>)
    func noChurn(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var retention = EndpointRetention(missesUntilDropped: 3)
        let all = (0..<9).map(endpoint)
        let known = retention.absorb(all).map(\.identity)
        for _ in 0..<10 {
            // Three answers that together show everything.
            let shuffled = all.shuffled(using: &random)
            for part in 0..<3 {
                let inUse = retention.absorb(Array(shuffled[(part * 3)..<(part * 3 + 3)]))
                #expect(inUse.map(\.identity) == known)
            }
            #expect(retention.absorb(all.shuffled(using: &random)).map(\.identity) == known)
        }
    }

    private func endpoint(_ number: Int) -> Endpoint { Endpoint(.ipv4("10.0.0.\(number)", port: 443)) }

    private func text(_ endpoints: [Endpoint]?) -> String? {
        endpoints?.map { "\($0.addresses[0].host.last!)\($0[EndpointStanding.self] == .kept ? "k" : "")" }.joined()
    }

    @Test("what is known of an endpoint is what the last answer says")
    func renewed() {
        var retention = EndpointRetention(missesUntilDropped: 3)
        _ = retention.absorb([endpoint(1)])
        var heavy = endpoint(1)
        heavy.weight = 7
        #expect(retention.absorb([heavy]).map(\.weight) == [7])
    }

    @Test("an answer that is not complete drops nobody")
    func incomplete() {
        var retention = EndpointRetention(missesUntilDropped: 1)
        _ = retention.absorb([endpoint(1), endpoint(2)])
        #expect(text(retention.absorb([endpoint(2)], isComplete: false)) == "12")
        #expect(text(retention.absorb([endpoint(2)])) == "2")
    }

    @Test("that there is nothing is believed after half a minute; until then connections stay")
    func denial() {
        var retention = EndpointRetention(missesUntilDropped: 1)
        #expect(retention.deny(at: .zero) == nil)
        _ = retention.absorb([endpoint(1), endpoint(2)])
        #expect(text(retention.deny(at: .seconds(5))) == "1k2k")
        #expect(text(retention.deny(at: .seconds(34))) == "1k2k")
        #expect(text(retention.absorb([endpoint(1), endpoint(2)])) == "12")
        #expect(text(retention.deny(at: .seconds(40))) == "1k2k")
        #expect(retention.deny(at: .seconds(70)) == [])
        #expect(retention.deny(at: .seconds(71)) == nil)
        #expect(text(retention.absorb([endpoint(2)])) == "2")
    }
}
