// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import TestSupport

@testable import SkeinProtobuf

/// Writes random encoded messages along a schema, and, the wilder it is, things that the schema does not foresee.
struct MessageGenerator {
    var random: SplitMix64
    /// How many of a hundred fields, lengths and so on are not as they should be.
    var wildness: Int
    /// The types that an Any may hold.
    var packable: [ProtobufLayout] = []

    /// An encoded message.
    mutating func message(_ layout: ProtobufLayout, depth: Int = 0) -> [UInt8] {
        if !random.chance(wildness), let known = wellKnown(layout.schema.name, depth) { return known }
        let fields = layout.schema.fields
        var bytes: [UInt8] = []
        for field in fields where field.label == .required && !random.chance(wildness / 4) {
            self.field(field, depth, into: &bytes)
        }
        for _ in 0..<Int.random(in: 0...max(0, 9 - 3 * depth), using: &random) where !fields.isEmpty {
            let field = random.pick(fields)
            if random.chance(wildness) {
                strangeField(near: field, into: &bytes)
            } else {
                self.field(field, depth, into: &bytes)
            }
        }
        return bytes
    }

    private mutating func field(_ field: ProtobufField, _ depth: Int, into bytes: inout [UInt8]) {
        if field.entry != nil {
            delimited(field.number, entry(field, depth), into: &bytes)
        } else if field.kind == .message {
            // Rarely much deeper than anybody allows.
            if depth == 0, wildness > 0, random.chance(2) { return tower(of: field, into: &bytes) }
            delimited(field.number, message(of: field, depth), into: &bytes)
        } else if field.kind == .string || field.kind == .bytes {
            delimited(field.number, blob(field.kind), into: &bytes)
        } else if field.label == .packed || field.label == .repeated, random.chance(60) {
            let run = (0..<Int.random(in: 0...5, using: &random)).flatMap { _ in scalar(field.kind, field.names?()) }
            delimited(field.number, run, into: &bytes)
        } else {
            tag(field.number, field.kind.wireType, into: &bytes)
            bytes += scalar(field.kind, field.names?())
        }
    }

    private mutating func message(of field: ProtobufField, _ depth: Int) -> [UInt8] {
        guard let layout = field.message?() else { return [] }
        // At the bottom only what must not be left out.
        guard depth < 4 || layout.schema.fields.contains(where: { $0.label == .required }) else { return [] }
        return message(layout, depth: depth + 1)
    }

    /// A map's entry: sometimes without key or value, or with the two turned round.
    private mutating func entry(_ field: ProtobufField, _ depth: Int) -> [UInt8] {
        guard let entry = field.entry else { return [] }
        var (key, value): ([UInt8], [UInt8]) = ([], [])
        if !random.chance(5) { element(1, entry.key, field, depth, into: &key) }
        if !random.chance(5) { element(2, entry.value, field, depth, into: &value) }
        var bytes = random.chance(wildness) ? value + key : key + value
        if random.chance(wildness) { strangeField(near: field, into: &bytes) }
        return bytes
    }

    private mutating func element(
        _ number: UInt32, _ kind: ProtobufField.Kind, _ field: ProtobufField, _ depth: Int, into bytes: inout [UInt8]
    ) {
        switch kind {
        case .message: delimited(number, message(of: field, depth), into: &bytes)
        case .string, .bytes: delimited(number, blob(kind), into: &bytes)
        default:
            tag(number, kind.wireType, into: &bytes)
            bytes += scalar(kind, field.names?())
        }
    }

    /// About as many messages inside of each other as are allowed.
    private mutating func tower(of field: ProtobufField, into bytes: inout [UInt8]) {
        var content: [UInt8] = []
        for _ in 0..<Int.random(in: 96...104, using: &random) {
            var outer: [UInt8] = []
            outer.appendVarint(WireTag(number: field.number, type: .lengthDelimited).encoded)
            outer.appendVarint(UInt64(content.count))
            content = outer + content
        }
        bytes += content
    }
}

// MARK: Values

extension MessageGenerator {
    /// A value of an enum is one of its own most of the time, and always where no other is kept.
    private mutating func scalar(_ kind: ProtobufField.Kind, _ names: ProtobufEnumNames? = nil) -> [UInt8] {
        var value = number()
        if let names, random.chance(wildness == 0 && names.mustBeKnown ? 100 : 80) {
            value = UInt64(bitPattern: Int64(random.pick(names.values).number))
        }
        switch kind.wireType {
        case .fixed32: return (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        case .fixed64: return (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        default: return varint(kind == .bool && !random.chance(wildness) ? value & 1 : value)
        }
    }

    /// Small and large numbers, and those at the edges of the types, floating-point ones included.
    mutating func number() -> UInt64 {
        let edges: [UInt64] = [
            0, 1, 2, 127, 128, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff,
            0x8000_0000_0000_0000, 0xffff_ffff_ffff_ffff, 0xffff_ffff_8000_0000, 300_000, 0xffff_ffff_ffff_fff9,
            0x7fc0_0000, 0x7f80_0000, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_0001, 0xc008_0000_0000_0000,
        ]
        if random.chance(60) { return random.pick(edges) }
        return random.next() >> UInt64.random(in: 0..<64, using: &random)
    }

    private static let texts = [
        "", "a", "käse", "\u{0}mid\u{0}", "線香花火", "🪿", "exactly fifteen", "a longer text, kept on the heap",
    ]

    private static let brokenTexts: [[UInt8]] = [
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x61, 0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80],
    ]

    private mutating func blob(_ kind: ProtobufField.Kind) -> [UInt8] {
        if kind == .string {
            return random.chance(wildness)
                ? random.pick(MessageGenerator.brokenTexts) : Array(random.pick(MessageGenerator.texts).utf8)
        }
        return (0..<Int.random(in: 0...12, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}

// MARK: Writing

extension MessageGenerator {
    /// Sometimes with more bytes than needed, and then sometimes with too many.
    mutating func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendVarint(value)
        guard random.chance(wildness / 4), let last = bytes.popLast() else { return bytes }
        bytes.append(last | 0x80)
        bytes += Array(repeating: 0x80, count: Int.random(in: 0...max(0, 9 - bytes.count), using: &random))
        bytes.append(random.chance(10) ? UInt8.random(in: 0...0x7f, using: &random) : 0)
        return bytes
    }

    mutating func tag(_ number: UInt32, _ type: WireType, into bytes: inout [UInt8]) {
        bytes += varint(WireTag(number: number, type: type).encoded)
    }

    mutating func delimited(_ number: UInt32, _ content: [UInt8], into bytes: inout [UInt8]) {
        tag(number, .lengthDelimited, into: &bytes)
        var count = content.count
        if random.chance(wildness / 8) { count = max(0, count + random.pick([-1, 1, 2, 1 << 20, 1 << 31])) }
        bytes += varint(UInt64(count)) + content
    }

    /// A field that `field`'s message does not have, or has with another wire type, or that no message may have.
    private mutating func strangeField(near field: ProtobufField, into bytes: inout [UInt8]) {
        let number = random.pick([field.number, field.number, 1, 2, 77, 1000, 19_000, 19_999, 0x1fff_fffe])
        switch Int.random(in: 0..<20, using: &random) {
        case 0: bytes += varint(random.pick([0, 2, 7, 6, 14, 15, 0x1_0000_0002, 0xffff_fffa, 0xffff_ffff]))
        case 1: bytes.append(UInt8.random(in: 0...255, using: &random))
        case 2...5: group(number, 0, into: &bytes)
        default: strangeValue(number, into: &bytes)
        }
    }

    private mutating func strangeValue(_ number: UInt32, into bytes: inout [UInt8]) {
        let kind = random.pick([ProtobufField.Kind.int64, .fixed32, .fixed64, .bytes])
        if kind == .bytes { return delimited(number, blob(.bytes), into: &bytes) }
        tag(number, kind.wireType, into: &bytes)
        bytes += scalar(kind)
    }

    private mutating func group(_ number: UInt32, _ depth: Int, into bytes: inout [UInt8]) {
        tag(number, .startGroup, into: &bytes)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let inner = random.pick([1, 2, 500, number])
            if depth < 3, random.chance(20) {
                group(inner, depth + 1, into: &bytes)
            } else {
                strangeValue(inner, into: &bytes)
            }
        }
        if random.chance(95) { tag(random.chance(95) ? number : number ^ 1, .endGroup, into: &bytes) }
    }
}

extension ProtobufEnumNames {
    /// Whether other numbers are unknown fields, or lost in JSON.
    fileprivate var mustBeKnown: Bool { closed != nil || name == "google.protobuf.NullValue" }
}

extension ProtobufField.Kind {
    /// How one value is written.
    var wireType: WireType {
        switch self {
        case .double, .fixed64, .sfixed64: .fixed64
        case .float, .fixed32, .sfixed32: .fixed32
        case .string, .bytes, .message: .lengthDelimited
        default: .varint
        }
    }
}
