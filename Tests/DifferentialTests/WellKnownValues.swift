// SPDX-License-Identifier: Apache-2.0
import TestSupport

@testable import SkeinProtobuf

/// Well-known types are valid most of the time, which random fields would not make them.
extension MessageGenerator {
    mutating func wellKnown(_ name: String, _ depth: Int) -> [UInt8]? {
        switch name {
        case "google.protobuf.Timestamp":
            seconds(Int64.random(in: -62_135_596_800...253_402_300_799, using: &random), nanos())
        case "google.protobuf.Duration": duration()
        case "google.protobuf.FieldMask": mask()
        case "google.protobuf.Value": value(depth)
        case "google.protobuf.Any": any(depth)
        default: nil
        }
    }

    private mutating func nanos() -> Int64 {
        let any = Int64.random(in: 0..<1_000_000_000, using: &random)
        return random.pick([0, 0, 1, 999_999_999, 500_000_000, 1_000, 20_000_000, any])
    }

    private func seconds(_ seconds: Int64, _ nanos: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        for (number, value) in [(UInt32(1), seconds), (2, nanos)] where value != 0 {
            bytes.appendVarint(WireTag(number: number, type: .varint).encoded)
            bytes.appendVarint(UInt64(bitPattern: value))
        }
        return bytes
    }

    private mutating func duration() -> [UInt8] {
        let sign: Int64 = random.pick([1, -1])
        let whole = random.pick([0, 1, 315_576_000_000, Int64.random(in: 0...315_576_000_000, using: &random)])
        return seconds(sign * whole, sign * nanos())
    }

    private mutating func mask() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            delimited(1, Array(random.pick(["name", "home_address.city", "a.b_c.d", "x1"]).utf8), into: &bytes)
        }
        return bytes
    }

    /// One of the kinds of a Value; the nested ones through the schema.
    private mutating func value(_ depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        switch Int.random(in: 0..<(depth < 3 ? 6 : 4), using: &random) {
        case 0: bytes = [0x08, 0]
        case 1:
            tag(2, .fixed64, into: &bytes)
            let numbers = [
                0, -0.0, 1, -2.5, 1e21, 1e-7, Double.leastNonzeroMagnitude, 1.7976931348623157e308,
                123_456_789_012_345_680, 0.1,
            ]
            let bits = random.pick(numbers).bitPattern
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        case 2: delimited(3, Array(random.pick(["", "text", "\"\\/\n\u{7f}\u{2028}", "線香花火 🪿"]).utf8), into: &bytes)
        case 3: bytes = [0x20, UInt8.random(in: 0...1, using: &random)]
        case 4: delimited(5, message(Google_Protobuf_Struct.protobufLayout, depth: depth + 1), into: &bytes)
        default: delimited(6, message(Google_Protobuf_ListValue.protobufLayout, depth: depth + 1), into: &bytes)
        }
        return bytes
    }

    private mutating func any(_ depth: Int) -> [UInt8]? {
        guard depth < 3, !packable.isEmpty else { return nil }
        let layout = random.pick(packable)
        let prefix = random.pick(["type.googleapis.com/", "example.com/types/"])
        var bytes: [UInt8] = []
        delimited(1, Array("\(prefix)\(layout.schema.name)".utf8), into: &bytes)
        delimited(2, message(layout, depth: depth + 1), into: &bytes)
        return bytes
    }
}
