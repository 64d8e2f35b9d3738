// SPDX-License-Identifier: Apache-2.0
internal import CProtobufC
internal import CSkein

extension ProtobufWriter {
    /// All unknown fields as one: `bytes` begin with a tag, and libprotobuf-c copies what follows it verbatim.
    @inline(never) @usableFromInline
    func storeUnknown(_ bytes: [UInt8]) {
        guard let block = arena.allocate(MemoryLayout<ProtobufCMessageUnknownField>.size) else { return }
        let field = block.bindMemory(to: ProtobufCMessageUnknownField.self, capacity: 1)
        let isStored = bytes.withUnsafeBytes { bytes in
            var wire = WireCursor(bytes)
            guard let tag = try? wire.tag() else { return false }
            let rest = arena.copy(UnsafeRawBufferPointer(rebasing: bytes[wire.offset...]))
            field.pointee.tag = tag.number
            field.pointee.wire_type = ProtobufCWireType(rawValue: UInt32(tag.type.rawValue))
            field.pointee.len = rest.count
            field.pointee.data = UnsafeMutableRawPointer(mutating: rest.start)?.assumingMemoryBound(to: UInt8.self)
            return true
        }
        // What does not begin with a tag cannot be written.
        guard isStored else { return }
        arena.expect(bytes.count)
        store(UInt32(1), 1)
        store(UnsafeRawPointer(field), 2)
    }
}

extension ProtobufReader {
    /// A reader of a message's unknown fields alone, which takes nothing from an arena.
    init(slots: UnsafeRawPointer, depth: Int32) {
        self.init(slots: slots, arena: ProtobufArena(skein_arena_current()), depth: depth)
    }

    private var unknown: UnsafeBufferPointer<ProtobufCMessageUnknownField> {
        let fields = slots.assumingMemoryBound(to: ProtobufCMessage.self).pointee
        return UnsafeBufferPointer(start: fields.unknown_fields, count: Int(fields.n_unknown_fields))
    }

    /// libprotobuf-c takes any number for a field's.
    @inline(never) @usableFromInline
    func checkUnknown() throws(ProtobufFault) {
        guard unknown.allSatisfy({ WireTag.numbers.contains($0.tag) }) else { throw ProtobufFault(.malformed) }
    }

    /// Everything that libprotobuf-c set aside, as it came.
    @inline(never) @usableFromInline
    func loadUnknown(into bytes: inout [UInt8]) throws(ProtobufFault) {
        try checkUnknown()
        for field in unknown {
            var content = UnsafeRawBufferPointer(start: field.data, count: field.len)
            if isNormalised, field.tag == WireNormaliser.wrapperField {
                var wire = WireCursor(content)
                content = try wire.lengthDelimited()
            } else {
                bytes.appendVarint(UInt64(field.tag) << 3 | UInt64(field.wire_type.rawValue))
            }
            bytes.append(contentsOf: content)
        }
    }
}
