// SPDX-License-Identifier: Apache-2.0

/// For generated code: the slots of a message that libprotobuf-c decoded, to be merged into the message's fields.
@frozen
public struct ProtobufReader {
    @usableFromInline let slots: UnsafeRawPointer
    @usableFromInline let arena: ProtobufArena
    /// How many levels of messages may still follow below.
    @usableFromInline let depth: Int32
    /// Whether the bytes were rewritten by the normaliser, which wraps unknown fields.
    @usableFromInline var isNormalised = false
    /// Whether the message or one in it has required fields, which are looked at when all is read.
    @usableFromInline var hasRequired = false

    /// The levels of messages that a message may contain, as in protobuf's other implementations.
    @inlinable static var depthLimit: Int32 { 100 }

    @inlinable
    init(slots: UnsafeRawPointer, arena: ProtobufArena, depth: Int32) {
        self.slots = slots
        self.arena = arena
        self.depth = depth
    }

    @inlinable
    func load<T: BitwiseCopyable>(_ slot: Int, as type: T.Type = T.self) -> T {
        slots.load(fromByteOffset: slot &* ProtobufLayout.slotSize, as: type)
    }

    /// Appends the fields that the definition does not have.
    @inlinable
    public func readUnknown(into bytes: inout [UInt8]) throws(ProtobufFault) {
        if load(1, as: UInt32.self) != 0 { try loadUnknown(into: &bytes) }
    }
}

// MARK: Singular fields

extension ProtobufReader {
    /// Sets `value` unless the slot has the default value.
    @inlinable
    public func read<Value: ProtobufScalar>(_ slot: Int, into value: inout Value) throws(ProtobufFault) {
        let stored: Value.ProtobufStored = load(slot)
        if stored != 0 { value = try scalar(stored) }
    }

    @inlinable
    public func read<Value: ProtobufBlob>(_ slot: Int, into value: inout Value) throws(ProtobufFault) {
        let bytes: ProtobufBytes = load(slot)
        if bytes.count != 0 { value = try blob(bytes, slot) }
    }

    @inlinable
    public func readOptional<Value: ProtobufScalar>(_ slot: Int, into value: inout Value?) throws(ProtobufFault) {
        if let came: Value = try member(slot) { value = came }
    }

    @inlinable
    public func readOptional<Value: ProtobufBlob>(_ slot: Int, into value: inout Value?) throws(ProtobufFault) {
        if let came: Value = try member(slot) { value = came }
    }

    /// The value of a oneof's member; `nil` when it did not come.
    @inlinable
    public func member<Value: ProtobufScalar>(_ slot: Int) throws(ProtobufFault) -> Value? {
        load(slot + 1, as: Int32.self) != 0 ? try scalar(load(slot)) : nil
    }

    @inlinable
    public func member<Value: ProtobufBlob>(_ slot: Int) throws(ProtobufFault) -> Value? {
        load(slot + 2, as: Int32.self) != 0 ? try blob(load(slot), slot) : nil
    }

    /// Several occurrences are for the normaliser, which makes them one: a default value among the later ones is not
    /// seen here, though it replaces an earlier value.
    @inlinable
    public func readMessage<Message: ProtobufMessage>(_ slot: Int, into message: inout Message?) throws(ProtobufFault) {
        let count: Int = load(slot + 1)
        if count == 0 { return }
        if count > 1 { throw ProtobufReader.severalOccurrences() }
        if message == nil {
            try charge(1, Message.self)
            message = Message()
        }
        try message?.mergeProtobuf(from: child(slot, 0))
    }

    /// The same for the value of a map's entry, which is always there.
    @inlinable
    public func readMessage<Message: ProtobufMessage>(_ slot: Int, into message: inout Message) throws(ProtobufFault) {
        let count: Int = load(slot + 1)
        if count == 0 { return }
        if count > 1 { throw ProtobufReader.severalOccurrences() }
        try message.mergeProtobuf(from: child(slot, 0))
    }

    /// How many values came for the message or repeated field at `slot`.
    @inlinable
    public func count(_ slot: Int) -> Int { load(slot + 1) }

    /// Counts memory for `count` values, which may be much larger than the bytes that announced them.
    @inlinable
    func charge<Value>(_ count: Int, _ type: Value.Type) throws(ProtobufFault) {
        try arena.charge(count &* MemoryLayout<Value>.stride)
    }

    @inlinable
    func scalar<Value: ProtobufScalar>(_ stored: Value.ProtobufStored) throws(ProtobufFault) -> Value {
        guard let value = Value(protobufStored: stored) else { throw ProtobufReader.unknownEnumValue() }
        return value
    }

    @inline(never) @usableFromInline
    static func unknownEnumValue() -> ProtobufFault { ProtobufFault(.unknownEnumValue) }

    /// Only the last occurrence of a singular field is here: invalid UTF-8 that a later value replaces goes unseen.
    @inlinable
    func blob<Value: ProtobufBlob>(_ bytes: ProtobufBytes, _ slot: Int) throws(ProtobufFault) -> Value {
        guard let value = Value(protobufBytes: bytes.buffer) else { throw invalidUTF8(slot) }
        return value
    }

    @inline(never) @usableFromInline
    func invalidUTF8(_ slot: Int) -> ProtobufFault {
        ProtobufFault(.invalidUTF8(field: ProtobufLayout(of: slots).describeField(at: slot)))
    }

    @inline(never) @usableFromInline
    static func severalOccurrences() -> ProtobufFault { ProtobufFault(.severalOccurrences) }

    @inline(never) @usableFromInline
    static func tooDeep() -> ProtobufFault { ProtobufFault(.tooDeep) }

    /// The slots of an element of the message field at `slot`.
    @inlinable
    func child(_ slot: Int, _ index: Int) throws(ProtobufFault) -> ProtobufReader {
        if depth == 0 { throw ProtobufReader.tooDeep() }
        let elements: UnsafePointer<UnsafeRawPointer> = load(slot)
        var child = ProtobufReader(slots: elements[index], arena: arena, depth: depth - 1)
        child.isNormalised = isNormalised
        return child
    }
}

// MARK: Repeated fields

extension ProtobufReader {
    @inlinable
    public func readRepeated<Value: ProtobufScalar>(_ slot: Int, into values: inout [Value]) throws(ProtobufFault) {
        let count: Int = load(slot + 1)
        if count == 0 { return }
        let start: UnsafePointer<Value.ProtobufStored> = load(slot)
        if Value.isStoredAsItself {
            let bytes = UnsafeRawBufferPointer(start: start, count: count &* MemoryLayout<Value>.stride)
            values.append(contentsOf: bytes.assumingMemoryBound(to: Value.self))
        } else {
            if values.isEmpty { values.reserveCapacity(count) }
            for index in 0..<count { values.append(try scalar(start[index])) }
        }
    }

    @inlinable
    public func readRepeated<Value: ProtobufBlob>(_ slot: Int, into values: inout [Value]) throws(ProtobufFault) {
        let count: Int = load(slot + 1)
        if count == 0 { return }
        let start: UnsafePointer<ProtobufBytes> = load(slot)
        try charge(count, Value.self)
        if values.isEmpty { values.reserveCapacity(count) }
        for index in 0..<count { values.append(try blob(start[index], slot)) }
    }

    @inlinable
    public func readRepeated<Message: ProtobufMessage>(
        _ slot: Int, into messages: inout [Message]
    ) throws(ProtobufFault) {
        let count: Int = load(slot + 1)
        if count == 0 { return }
        try charge(count, Message.self)
        if messages.isEmpty { return try makeRepeated(slot, count, into: &messages) }
        for index in 0..<count {
            messages.append(Message())
            try messages[messages.count - 1].mergeProtobuf(from: child(slot, index))
        }
    }

    /// The elements are made where they stay, without asking for each whether the array is shared.
    @inlinable
    func makeRepeated<Message: ProtobufMessage>(
        _ slot: Int, _ count: Int, into messages: inout [Message]
    ) throws(ProtobufFault) {
        var fault: ProtobufFault?
        messages = Array(unsafeUninitializedCapacity: count) { elements, made in
            do throws(ProtobufFault) {
                while made < count {
                    let element = try child(slot, made)
                    elements.initializeElement(at: made, to: Message())
                    made += 1
                    try elements[made - 1].mergeProtobuf(from: element)
                }
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
    }

    /// Merges the entries; of those with one key the last counts.
    @inlinable
    public func readMap<Key: Hashable, Value>(
        _ slot: Int, into map: inout [Key: Value], key: Key, value: Value,
        _ readEntry: (ProtobufReader, inout Key, inout Value) throws(ProtobufFault) -> Void
    ) throws(ProtobufFault) {
        let count: Int = load(slot + 1)
        if count == 0 { return }
        try charge(count, (key: Key, value: Value).self)
        if map.isEmpty { map.reserveCapacity(min(count, 1 << 16)) }
        for index in 0..<count {
            var (entryKey, entryValue) = (key, value)
            let entry = try child(slot, index)
            if entry.load(1, as: UInt32.self) != 0 { try entry.checkUnknown() }
            try readEntry(entry, &entryKey, &entryValue)
            map[entryKey] = entryValue
        }
    }
}
