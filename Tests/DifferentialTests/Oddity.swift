// SPDX-License-Identifier: Apache-2.0
@testable import SkeinProtobuf

/// What can be odd about encoded bytes, where implementations are known to go different ways.
enum Oddity {
    /// A tag or a length that is written in more than five bytes.
    case longVarint
    /// A string that is not UTF-8.
    case invalidText
    /// A map's entry with anything in it but a key and a value, or that ends too early.
    case strangeEntry
    /// A number that a closed enum does not have, in a field that occurs once.
    case unknownNumber
    /// The same in a run of values.
    case unknownNumberInRun
    /// A field number of zero inside of an unknown group.
    case zeroInGroup
    /// Messages or groups nested as deep as we allow, the outermost message not counted.
    case deepest

    /// What is odd about `bytes`, as far as they can be read at all.
    static func find(in bytes: [UInt8], _ layout: ProtobufLayout) -> Set<Oddity> {
        var search = Search()
        try? search.message(bytes[...], layout.schema.fields)
        return search.found
    }
}

private struct Search {
    private struct Truncated: Error {}

    var found: Set<Oddity> = []
    private var depth = 0

    mutating func message(_ bytes: ArraySlice<UInt8>, _ fields: [ProtobufField], isEntry: Bool = false) throws {
        defer { depth -= 1 }
        if depth >= Int(ProtobufReader.depthLimit) { found.insert(.deepest) }
        depth += 1
        var rest = bytes
        // Within groups nothing is known.
        var groups = 0
        while !rest.isEmpty {
            let tag = try varint(&rest)
            let known = groups == 0 ? fields.first { UInt64($0.number) == tag >> 3 } : nil
            let type = WireType(rawValue: UInt8(tag & 7))
            if groups > 0, tag >> 3 == 0 { found.insert(.zeroInGroup) }
            if isEntry, known?.kind.wireType != type { found.insert(.strangeEntry) }
            switch type {
            case .varint: try number(&rest, known)
            case .fixed64: _ = try take(8, &rest)
            case .fixed32: _ = try take(4, &rest)
            case .startGroup:
                if depth + groups >= Int(ProtobufReader.depthLimit) { found.insert(.deepest) }
                groups += 1
            case .endGroup: groups -= 1
            case .lengthDelimited: value(try take(varint(&rest), &rest), known)
            case nil: return
            }
        }
    }

    private mutating func value(_ content: ArraySlice<UInt8>, _ field: ProtobufField?) {
        guard let field else { return }
        if let entry = field.entry {
            let key = ProtobufField.field(1, "key", entry.key, slot: 3)
            let value = field.message.map { ProtobufField.message(2, "value", slot: 5, $0) }
            let fields = [key, value ?? ProtobufField.field(2, "value", entry.value, slot: 5)]
            do { try message(content, fields, isEntry: true) } catch { found.insert(.strangeEntry) }
        } else if let layout = field.message?() {
            try? message(content, layout.schema.fields)
        } else if field.kind == .enum {
            var rest = content
            while !rest.isEmpty, (try? number(&rest, field)) != nil {}
        } else if field.kind == .string, String(validating: content, as: UTF8.self) == nil {
            found.insert(.invalidText)
        }
    }

    private mutating func number(_ rest: inout ArraySlice<UInt8>, _ field: ProtobufField?) throws {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var byte: UInt8
        repeat {
            byte = try take(1, &rest).first ?? 0
            value |= shift < 64 ? UInt64(byte & 0x7f) << shift : 0
            shift += 7
        } while byte >= 0x80
        guard let field, field.kind == .enum, let names = field.names?() else { return }
        if names.accepts(Int32(truncatingIfNeeded: value)) { return }
        found.insert(field.label == .repeated || field.label == .packed ? .unknownNumberInRun : .unknownNumber)
    }

    /// A tag or a length.
    private mutating func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            let byte = try take(1, &rest).first ?? 0
            value |= UInt64(byte & 0x7f) << (7 * UInt64(index))
            if byte < 0x80 {
                if index >= 5 { found.insert(.longVarint) }
                return value
            }
        }
        throw Truncated()
    }

    private func take(_ count: UInt64, _ rest: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw Truncated() }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }
}
