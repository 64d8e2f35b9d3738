// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import TestSupport

@testable import SkeinProtobuf

/// Bytes that may be a message, made from a seed.
struct Case {
    let seed: UInt64
    /// The subject's place in `Subject.all`.
    let subject: Int
    let bytes: [UInt8]

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let subject = Int.random(in: 0..<Subject.all.count, using: &random)
        let layout = Subject.all[subject].layout()
        // Four of ten are as the schema says, three are somewhat strange, three are damaged.
        let way = Int.random(in: 0..<10, using: &random)
        var generator = MessageGenerator(random: random, wildness: way < 4 || way > 6 ? 0 : random.pick([5, 25]))
        let bytes = generator.message(layout)
        if way < 7 {
            self.bytes = bytes
        } else {
            let other = generator.message(layout)
            self.bytes = Mutation.mutate(bytes, with: other, &generator.random)
        }
        self.seed = seed
        self.subject = subject
    }

    /// One of a few message types as the schema says, without anything unknown.
    init(clean seed: UInt64) {
        var random = SplitMix64(seed: seed)
        subject = random.chance(40) ? Subject.all.count - 1 : Int.random(in: 0..<Subject.all.count, using: &random)
        var generator = MessageGenerator(random: random, wildness: 0)
        generator.packable = Subject.packable.map { $0.protobufLayout }
        bytes = generator.message(Subject.all[subject].layout())
        self.seed = seed
    }

    /// How to see it again, for a test that found something.
    func describe(_ what: String) -> String {
        """
        \(Subject.all[subject].name): \(what)
        bytes: \(bytes.hex)
        again: SKEIN_DIFFERENTIAL_SEED=\(seed) SKEIN_DIFFERENTIAL_CASES=1
        """
    }
}

/// Which cases a run looks at: by default always the same few thousand.
enum Selection {
    static let first = UInt64(amount("SKEIN_DIFFERENTIAL_SEED", 1))

    static func count(_ standard: Int) -> Int { amount("SKEIN_DIFFERENTIAL_CASES", standard) }
}
