// SPDX-License-Identifier: Apache-2.0

/// For generated code: the slots of a message about to be encoded.
///
/// Every slot has to be set, since the memory is not zeroed: `set…` for each field, `clear` for those of a oneof.
@frozen
public struct ProtobufWriter {
    @usableFromInline let slots: UnsafeMutableRawPointer
    @usableFromInline let arena: ProtobufArena
    /// How many levels of messages may still follow below.
    @usableFromInline let depth: Int32

    @inlinable
    init(slots: UnsafeMutableRawPointer, arena: ProtobufArena, layout: ProtobufLayout, depth: Int32) {
        self.slots = slots
        self.arena = arena
        self.depth = depth
        store(layout.descriptor, 0)
        store(UInt(0), 1)
        store(UInt(0), 2)
    }

    /// A tag and a length take at most 5 bytes each.
    @inlinable static var announcement: Int { 10 }

    @inlinable
    func store<T: BitwiseCopyable>(_ value: T, _ slot: Int) {
        slots.storeBytes(of: value, toByteOffset: slot &* ProtobufLayout.slotSize, as: T.self)
    }

    /// Empties the slots in `range`.
    @inlinable
    public func clear(_ range: Range<Int>) {
        for slot in range { store(UInt64(0), slot) }
    }

    /// The fields that the definition does not have, as one field: libprotobuf-c writes its tag, then its bytes.
    @inlinable
    public func setUnknown(_ bytes: [UInt8]) {
        if !bytes.isEmpty { storeUnknown(bytes) }
    }
}

// MARK: Singular fields

extension ProtobufWriter {
    @inlinable
    public func set<Value: ProtobufScalar>(_ slot: Int, _ value: Value) {
        store(value.protobufStored, slot)
    }

    @inlinable
    public func set<Value: ProtobufBlob>(_ slot: Int, _ value: Value) {
        let bytes = value.protobufBytes(arena)
        arena.expect(bytes.count)
        store(bytes.count, slot)
        store(bytes.start, slot + 1)
    }

    @inlinable
    public func setOptional<Value: ProtobufScalar>(_ slot: Int, _ value: Value?) {
        guard let value else { return clear(slot..<slot + 2) }
        set(slot, value)
        store(Int32(1), slot + 1)
    }

    @inlinable
    public func setOptional<Value: ProtobufBlob>(_ slot: Int, _ value: Value?) {
        guard let value else { return clear(slot..<slot + 3) }
        set(slot, value)
        store(Int32(1), slot + 2)
    }

    @inlinable
    public func setMessage<Message: ProtobufMessage>(_ slot: Int, _ message: Message?) {
        guard let message, let element = elements(1, of: UnsafeMutableRawPointer?.self, slot) else {
            return clear(slot..<slot + 2)
        }
        element.pointee = arena.write(message, depth: depth - 1)
    }
}

// MARK: Repeated fields

extension ProtobufWriter {
    @inlinable
    public func setRepeated<Value: ProtobufScalar>(_ slot: Int, _ values: [Value]) {
        // A tag of at most 5 bytes, if it is not packed, and a varint of at most 10.
        arena.expect(values.count &* 15)
        if Value.isStoredAsItself {
            store(values.count, slot + 1)
            // Points into the array itself: the message that holds it is alive and unchanged until it is packed.
            return values.withUnsafeBytes { store($0.baseAddress, slot) }
        }
        guard let elements = elements(values.count, of: Value.ProtobufStored.self, slot) else { return }
        for index in values.indices { elements[index] = values[index].protobufStored }
    }

    @inlinable
    public func setRepeated<Value: ProtobufBlob>(_ slot: Int, _ values: [Value]) {
        guard let elements = elements(values.count, of: ProtobufBytes.self, slot) else { return }
        var bound = values.count &* ProtobufWriter.announcement
        for index in values.indices {
            let bytes = values[index].protobufBytes(arena)
            bound &+= bytes.count
            elements[index] = bytes
        }
        arena.expect(bound)
    }

    @inlinable
    public func setRepeated<Message: ProtobufMessage>(_ slot: Int, _ messages: [Message]) {
        guard let elements = elements(messages.count, of: UnsafeMutableRawPointer?.self, slot) else { return }
        arena.expect(messages.count &* ProtobufWriter.announcement)
        for index in messages.indices { elements[index] = arena.write(messages[index], depth: depth - 1) }
    }

    @inlinable
    public func setMap<Key, Value>(_ slot: Int, _ map: [Key: Value], _ setEntry: (Self, Key, Value) -> Void) {
        guard !map.isEmpty, let layout = ProtobufLayout(of: slots).entry(at: slot),
            let elements = elements(map.count, of: UnsafeMutableRawPointer.self, slot)
        else { return clear(slot..<slot + 2) }
        arena.expect(map.count &* (ProtobufWriter.announcement &+ layout.bound))
        for (index, (key, value)) in map.enumerated() {
            guard depth > 0, let entry = arena.allocate(layout.size) else { return arena.refuse(depth) }
            setEntry(ProtobufWriter(slots: entry, arena: arena, layout: layout, depth: depth - 1), key, value)
            elements[index] = entry
        }
    }

    /// An array of `count` elements whose address and count are in the slots from `slot` on; `nil` and empty slots when
    /// there is no memory.
    @inlinable
    func elements<T>(_ count: Int, of type: T.Type, _ slot: Int) -> UnsafeMutablePointer<T>? {
        guard let elements = arena.allocate(count &* MemoryLayout<T>.stride) else {
            clear(slot..<slot + 2)
            return nil
        }
        store(elements, slot)
        store(count, slot + 1)
        return elements.bindMemory(to: type, capacity: count)
    }
}
