// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct DeterministicTests {
    private typealias Maps = Golden_Maps_Maps

    @Test("entries of maps are sorted by their keys: strings by their bytes, numbers by value, false first")
    func order() throws {
        let strings = ["b", "", "a\u{0}", "a", "é", "z", "Z", "🐦", "\u{ffff}"]
        // The order of UTF-8 is that of code points, which UTF-16's is not.
        let sorted = ["", "Z", "a", "a\u{0}", "b", "z", "é", "\u{ffff}", "🐦"]
        let ofStrings = Maps(strings: .init(uniqueKeysWithValues: strings.map { ($0, "") }))
        let entries = sorted.flatMap { field(1, $0.isEmpty ? [] : field(1, $0)) }
        #expect(try ofStrings.serialized(deterministic: true) == entries)
        let ofBools = Maps(flags: [true: [], false: []])
        #expect(try ofBools.serialized(deterministic: true) == field(6, []) + field(6, field(1, varint: 1)))
        let numbers: [Int64] = [5, .min, 0, -1, .max, 1 << 40]
        let ofNumbers = Maps(signed: .init(uniqueKeysWithValues: numbers.map { ($0, 0) }))
        let keys = try keys(of: 3, in: ofNumbers.serialized(deterministic: true))
        #expect(keys == numbers.sorted())
    }

    /// The keys of a map of signed numbers in the order in which its entries are written.
    private func keys(of number: UInt64, in bytes: [UInt8]) throws -> [Int64] {
        var (rest, keys): (ArraySlice<UInt8>, [Int64]) = (bytes[...], [])
        while let length = rest.dropFirst().first {
            keys += try Maps(serialized: rest.prefix(Int(length) + 2)).signed.keys
            rest = rest.dropFirst(Int(length) + 2)
        }
        return keys
    }

    @Test("equal messages have equal encodings, however they came to be", arguments: UInt64(1)...20)
    func equal(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let numbers = (0..<50).map { _ in Int32.random(in: .min ... .max, using: &random) }
        let make = { (order: [Int32]) in
            var maps = Maps()
            for number in order {
                maps.strings["\(number)"] = "v"
                maps.numbers[number] = 1
                maps.signed[Int64(number)] = 2
                maps.fixed[UInt32(bitPattern: number)] = 3
                maps.sfixed[Int64(number)] = 4
                maps.messages[UInt64(number.magnitude), default: .init()].children["x\(number % 7)"] = .init(
                    number: number)
                maps.messages[0, default: .init()].children["\(number)"] = .init(number: number)
            }
            return maps
        }
        let (one, other) = (make(numbers), make(numbers.shuffled(using: &random)))
        #expect(one == other)
        let bytes = try one.serialized(deterministic: true)
        #expect(try bytes == other.serialized(deterministic: true))
        #expect(try Maps(serialized: bytes) == one)
    }

    @Test("without maps the order is no other")
    func withoutMaps() throws {
        for message in [Samples.scalars, Samples.outer, Samples.repeated] as [any ProtobufMessage] {
            #expect(try message.serialized(deterministic: true) == message.serialized())
        }
    }
}
