// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Addresses are kept through answers that leave them out", .timeLimit(.minutes(2)))
struct AddressRetentionTests {
    /// Answers in turn, each with the addresses in use after it.
    struct Story: Sendable, CustomTestStringConvertible {
        var name: String
        var answers: [[Int]]
        var inUse: [[Int]]
        var testDescription: String { name }
    }

    @Test(
        "an address goes only after it is missing from three answers in a row",
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
            Story(name: "a doubled address counts once", answers: [[1, 1]], inUse: [[1]]),
        ])
    func stories(story: Story) {
        var retention = AddressRetention()
        for (answer, expected) in zip(story.answers, story.inUse) {
            let inUse = retention.absorb(answer.map { .ipv4("10.0.0.\($0)", port: 443) })
            #expect(inUse == expected.map { .ipv4("10.0.0.\($0)", port: 443) })
        }
    }

    @Test(
        "answers that show some of a fixed set, each in turn, change nothing once all are known",
        arguments: 0..<10 as Range<UInt64>)
    func noChurn(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var retention = AddressRetention()
        let all = (0..<9).map { EndpointAddress.ipv4("10.0.0.\($0)", port: 443) }
        let known = retention.absorb(all)
        for _ in 0..<10 {
            // Three answers that together show everything.
            let shuffled = all.shuffled(using: &random)
            for part in 0..<3 { #expect(retention.absorb(Array(shuffled[(part * 3)..<(part * 3 + 3)])) == known) }
            #expect(retention.absorb(all.shuffled(using: &random)) == known)
        }
    }
}
