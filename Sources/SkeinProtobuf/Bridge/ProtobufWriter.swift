// SPDX-License-Identifier: Apache-2.0

/// For generated code: the slots of a message about to be encoded.
///
/// Every slot has to be set, since the memory is not zeroed: `set…` for each field, `clear` for those of a oneof.
@frozen
public struct ProtobufWriter {
    @usableFromInline let slots: UnsafeMutableRawPointer
    @usableFromInline let arena: ProtobufArena

    @inlinable
    init(slots: UnsafeMutableRawPointer, arena: ProtobufArena, layout: ProtobufLayout) {
        self.slots = slots
        self.arena = arena
        store(layout.descriptor, 0)
        store(UInt(0), 1)
        store(UInt(0), 2)
    }

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
        guard let message else { return clear(slot..<slot + 2) }
        let element = arena.allocate(MemoryLayout<UnsafeMutableRawPointer>.size)
        element.storeBytes(of: arena.write(message), as: UnsafeMutableRawPointer.self)
        store(element, slot)
        store(1, slot + 1)
    }
}

// MARK: Repeated fields

extension ProtobufWriter {
    @inlinable
    public func setRepeated<Value: ProtobufScalar>(_ slot: Int, _ values: [Value]) {
        store(values.count, slot + 1)
        if Value.isStoredAsItself {
            // Points into the array itself: the message that holds it is alive and unchanged until it is packed.
            return values.withUnsafeBytes { store($0.baseAddress, slot) }
        }
        let stride = MemoryLayout<Value.ProtobufStored>.stride
        let elements = arena.allocate(values.count &* stride)
        for index in values.indices {
            let stored = values[index].protobufStored
            elements.storeBytes(of: stored, toByteOffset: index &* stride, as: Value.ProtobufStored.self)
        }
        store(elements, slot)
    }

    @inlinable
    public func setRepeated<Value: ProtobufBlob>(_ slot: Int, _ values: [Value]) {
        let elements = elements(ProtobufBytes.self, values.count, slot)
        for index in values.indices { elements[index] = values[index].protobufBytes(arena) }
    }

    @inlinable
    public func setRepeated<Message: ProtobufMessage>(_ slot: Int, _ messages: [Message]) {
        let elements = elements(UnsafeMutableRawPointer.self, messages.count, slot)
        for index in messages.indices { elements[index] = arena.write(messages[index]) }
    }

    @inlinable
    public func setMap<Key, Value>(_ slot: Int, _ map: [Key: Value], _ setEntry: (Self, Key, Value) -> Void) {
        guard !map.isEmpty, let layout = ProtobufLayout(of: slots).entry(at: slot) else {
            return clear(slot..<slot + 2)
        }
        let elements = elements(UnsafeMutableRawPointer.self, map.count, slot)
        for (index, (key, value)) in map.enumerated() {
            let entry = arena.allocate(layout.size)
            setEntry(ProtobufWriter(slots: entry, arena: arena, layout: layout), key, value)
            elements[index] = entry
        }
    }

    /// An array of `count` elements whose address and count are in the slots from `slot` on.
    @inlinable
    func elements<T: BitwiseCopyable>(_ type: T.Type, _ count: Int, _ slot: Int) -> UnsafeMutablePointer<T> {
        let elements = arena.allocate(count &* MemoryLayout<T>.stride).bindMemory(to: type, capacity: count)
        store(elements, slot)
        store(count, slot + 1)
        return elements
    }
}
