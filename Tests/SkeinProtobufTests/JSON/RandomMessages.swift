// SPDX-License-Identifier: Apache-2.0
import SkeinCore

@testable import SkeinProtobuf

/// Makes messages of any type with random content that JSON can express.
struct RandomMessages {
    var random: SplitMix64
    /// Of the numbers that are not finite, NaN is left out: it is not equal to itself.
    private static let doubles: [Double] = [
        0, -0.0, 1, -1.5, 0.1, 1e300, -1e-300, .leastNonzeroMagnitude, .pi, 1e16, .infinity, -.infinity,
    ]
    private static let integers: [UInt64] = [0, 1, 2, 127, 128, 1 << 31, 1 << 32, 1 << 53 + 1, .max, .max - 1, 1 << 63]
    private static let scalars: [Unicode.Scalar] = [
        "a", "Z", "0", " ", "\"", "\\", "/", "\0", "\n", "\u{1f}", "é", "谷", "😁", "\u{7f}",
    ]

    mutating func message<Message: ProtobufMessage>(_ type: Message.Type) throws -> Message {
        var output = WireOutput()
        encode(ReflectedType.of(Message.protobufLayout), into: &output, depth: 4)
        return try Message(serialized: output.bytes)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func encode(_ type: ReflectedType, into output: inout WireOutput, depth: Int) {
        switch type.special {
        case .timestamp: time(-62_135_596_800...253_402_300_799, sign: false, into: &output)
        case .duration: time(-315_576_000_000...315_576_000_000, sign: true, into: &output)
        case .fieldMask:
            for _ in 0..<number(0...3) { text(1, ["a", "foo_bar", "a.b_c", "x1"][number(0...3)].utf8, into: &output) }
        case .any: text(1, "x/google.protobuf.Empty".utf8, into: &output)
        case .value:
            let isDeep = depth > 0
            value(type.fields[number(isDeep ? 0...5 : 0...3)], into: &output, depth: depth, isFinite: true)
        default: fields(type, into: &output, depth: depth)
        }
    }

    private mutating func fields(_ type: ReflectedType, into output: inout WireOutput, depth: Int) {
        var oneofs = FieldSet()
        for field in type.fields.shuffled(using: &random) where number(0...2) > 0 {
            if field.kind == .message, depth <= 0 { continue }
            if field.oneof != 0, !oneofs.insert(field.oneof) { continue }
            for _ in 0..<(field.isRepeated ? number(0...3) : 1) {
                if field.isMap {
                    entry(field, into: &output, depth: depth)
                } else {
                    value(field, into: &output, depth: depth)
                }
            }
        }
    }

    /// Always with a value: an unset one would be null in JSON if it is a `Value`.
    private mutating func entry(_ map: ReflectedField, into output: inout WireOutput, depth: Int) {
        let start = output.begin(map.number)
        for field in map.type?.fields ?? [] { value(field, into: &output, depth: depth - 1) }
        output.end(start)
    }

    private mutating func time(_ seconds: ClosedRange<Int>, sign: Bool, into output: inout WireOutput) {
        let second = number(0...1) == 0 ? number(seconds) : number(-2...2)
        let nanosecond = [0, 500_000_000, 1000, 1, 999_999_999, 120_000][number(0...5)]
        let isNegative = sign && (second < 0 || second == 0 && number(0...1) == 0)
        output.append(tag: 1, .varint(UInt64(bitPattern: Int64(second))))
        output.append(tag: 2, .varint(UInt64(bitPattern: Int64(isNegative ? -nanosecond : nanosecond))))
    }

    private mutating func text(_ number: UInt32, _ content: some Sequence<UInt8>, into output: inout WireOutput) {
        let start = output.begin(number)
        output.bytes.append(contentsOf: content)
        output.end(start)
    }

    private mutating func value(
        _ field: ReflectedField, into output: inout WireOutput, depth: Int, isFinite: Bool = false
    ) {
        let number = field.number
        switch field.kind {
        case .message:
            guard let type = field.type else { return }
            let start = output.begin(number)
            encode(type, into: &output, depth: depth - 1)
            output.end(start)
        case .string:
            let text = (0..<self.number(0...12)).compactMap { _ in RandomMessages.scalars.randomElement(using: &random)
            }
            self.text(number, String(String.UnicodeScalarView(text)).utf8, into: &output)
        case .bytes:
            text(number, (0..<self.number(0...9)).map { _ in UInt8.random(in: 0...255, using: &random) }, into: &output)
        case .double:
            let value = RandomMessages.doubles.dropLast(isFinite ? 2 : 0).randomElement(using: &random) ?? 0
            output.append(tag: number, .fixed64(value.bitPattern))
        case .float:
            output.append(
                tag: number, .fixed32(Float(RandomMessages.doubles.randomElement(using: &random) ?? 0).bitPattern))
        case .fixed32, .sfixed32: output.append(tag: number, .fixed32(UInt32(truncatingIfNeeded: integer())))
        case .fixed64, .sfixed64: output.append(tag: number, .fixed64(integer()))
        case .bool: output.append(tag: number, .varint(UInt64(self.number(0...1))))
        case .enum:
            // `NullValue` has one value only in JSON, and a closed enum no others than its own.
            let value = field.names?.isNull == true ? 0 : Int32(self.number(-1...3))
            if field.names?.accepts(value) == false { return }
            output.append(tag: number, .varint(UInt64(bitPattern: Int64(value))))
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64: output.append(tag: number, .varint(integer()))
        }
    }

    private mutating func integer() -> UInt64 {
        number(0...1) == 0
            ? RandomMessages.integers.randomElement(using: &random) ?? 0 : UInt64.random(in: 0...300, using: &random)
    }
}
