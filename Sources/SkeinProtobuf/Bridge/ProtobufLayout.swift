// SPDX-License-Identifier: Apache-2.0
internal import CProtobufC
internal import Synchronization

/// For generated code: the layout of one message type, as libprotobuf-c reads it.
///
/// Made once per type and never freed. `@unchecked Sendable`: the descriptor behind the pointer is owned here, and
/// changes only while `link` holds its lock, before anybody decodes with it.
@frozen
public struct ProtobufLayout: @unchecked Sendable {
    /// A `ProtobufCMessageDescriptor`.
    @usableFromInline let descriptor: UnsafeRawPointer
    /// The bytes that a message takes.
    @usableFromInline let size: Int
    /// The most bytes that its encoding can have, not counting the contents of strings and bytes, what is repeated, and
    /// messages in it.
    @usableFromInline let bound: Int

    /// The layout of the message `name`, which takes `slots` slots. `fields` are in the order of their numbers.
    public init(_ name: String, slots: Int, _ fields: [ProtobufField]) {
        let schema = ProtobufSchema(name, fields)
        var (table, decodingTable) = (
            fields.map(ProtobufLayout.descriptor), fields.map(ProtobufLayout.decodingDescriptor)
        )
        for (index, field) in fields.enumerated() {
            if let entry = field.entry {
                let layout = ProtobufLayout(entry: entry, of: field, in: name)
                table[index].descriptor = layout.descriptor
                decodingTable[index].descriptor = UnsafeRawPointer(layout.decoding)
                schema.entries.append(layout)
            } else if let message = field.message {
                schema.pending.append((index, message))
            }
        }
        let ranges = ProtobufLayout.ranges(of: fields)
        var descriptor = ProtobufCMessageDescriptor()
        descriptor.magic = UInt32(PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC)
        descriptor.name = ProtobufLayout.copy(name)
        descriptor.sizeof_message = slots * ProtobufLayout.slotSize
        descriptor.n_fields = UInt32(fields.count)
        descriptor.fields = UnsafePointer(ProtobufLayout.copy(table))
        descriptor.n_field_ranges = UInt32(ranges.count - 1)
        descriptor.field_ranges = UnsafePointer(ProtobufLayout.copy(ranges))
        // Without an own initialiser libprotobuf-c zeroes the slots, which is all they need: no field has a default.
        descriptor.message_init = nil
        descriptor.reserved1 = Unmanaged.passRetained(schema).toOpaque()
        size = slots * ProtobufLayout.slotSize
        bound = fields.reduce(0) { $0 + $1.bound }
        descriptor.reserved2 = UnsafeMutableRawPointer(bitPattern: bound)
        var decoding = descriptor
        decoding.fields = UnsafePointer(ProtobufLayout.copy(decodingTable))
        descriptor.reserved3 = UnsafeMutableRawPointer(ProtobufLayout.copy([decoding]))
        self.descriptor = UnsafeRawPointer(ProtobufLayout.copy([descriptor]))
    }

    @usableFromInline static var slotSize: Int { 8 }

    private static let linking = Mutex(())

    /// What is known about the message's fields.
    var schema: ProtobufSchema { unmanagedSchema.takeUnretainedValue() }

    /// The same, for what every message needs: without counting a reference.
    private var unmanagedSchema: Unmanaged<ProtobufSchema> { .fromOpaque(message.pointee.reserved1) }

    var message: UnsafePointer<ProtobufCMessageDescriptor> {
        descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    }

    /// By which libprotobuf-c decodes: the runs of packed fields are bytes to it, which the reader unpacks.
    var decoding: UnsafePointer<ProtobufCMessageDescriptor>? {
        UnsafePointer(message.pointee.reserved3?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
    }

    /// Whether a message of this type has required fields, or can contain one that has.
    @usableFromInline
    var hasRequired: Bool {
        link()
        return linkedHasRequired
    }

    /// The same of a layout that is linked.
    var linkedHasRequired: Bool { unmanagedSchema._withUnsafeGuaranteedRef { $0.hasRequired } }

    /// Resolves the layouts of all messages that can occur in this one.
    func link() {
        if unmanagedSchema._withUnsafeGuaranteedRef({ $0.isLinked.load(ordering: .acquiring) }) { return }
        ProtobufLayout.linking.withLock { _ in
            var reached: [ProtobufSchema] = []
            var seen: Set<UnsafeRawPointer> = [descriptor]
            var open = [self]
            while let layout = open.popLast() {
                let schema = layout.schema
                if schema.isLinked.load(ordering: .relaxed) { continue }
                reached.append(schema)
                let fields = UnsafeMutablePointer(mutating: layout.message.pointee.fields)
                let decodedFields = UnsafeMutablePointer(mutating: layout.decoding?.pointee.fields)
                let named = schema.pending.map { (index, resolve) in
                    let named = resolve()
                    fields?[index].descriptor = named.descriptor
                    decodedFields?[index].descriptor = UnsafeRawPointer(named.decoding)
                    return named
                }
                let children = named + schema.entries
                schema.children = children.map(\.schema)
                open += children.filter { seen.insert($0.descriptor).inserted }
            }
            ProtobufSchema.findRequired(reached)
            for schema in reached { schema.isLinked.store(true, ordering: .releasing) }
        }
    }
}

// MARK: Describing fields to libprotobuf-c

extension ProtobufLayout {
    /// The entry message of a map.
    private init(entry: ProtobufField.Entry, of field: ProtobufField, in message: String) {
        let key = ProtobufField.field(1, "key", entry.key, slot: 3)
        let value =
            field.message.map { ProtobufField.message(2, "value", slot: 5, $0) }
            ?? field.names.map { ProtobufField.enum(2, "value", slot: 5, $0) }
            ?? ProtobufField.field(2, "value", entry.value, slot: 5)
        self.init("\(message).\(field.name)", slots: 7, [key, value])
    }

    /// The oneof's number goes above the flags that libprotobuf-c knows.
    static let oneofShift: UInt32 = 8

    private static func descriptor(of field: ProtobufField) -> ProtobufCFieldDescriptor {
        var descriptor = ProtobufCFieldDescriptor()
        descriptor.name = copy(field.name)
        descriptor.id = field.number
        descriptor.type = type(of: field.kind)
        descriptor.offset = UInt32(field.slot * slotSize)
        descriptor.flags = field.oneof << oneofShift
        switch field.label {
        case .implicit:
            descriptor.label = PROTOBUF_C_LABEL_NONE
        case .optional where field.kind != .message, .required where field.kind != .message:
            descriptor.label = PROTOBUF_C_LABEL_OPTIONAL
            descriptor.quantifier_offset = UInt32((field.slot + field.kind.slots) * slotSize)
        case .optional, .required, .repeated, .packed:
            // A singular message too: libprotobuf-c merges two occurrences wrongly, so they come one by one.
            descriptor.label = PROTOBUF_C_LABEL_REPEATED
            descriptor.quantifier_offset = UInt32((field.slot + 1) * slotSize)
        }
        if field.label == .packed { descriptor.flags |= UInt32(PROTOBUF_C_FIELD_FLAG_PACKED.rawValue) }
        return descriptor
    }

    private static func decodingDescriptor(of field: ProtobufField) -> ProtobufCFieldDescriptor {
        var descriptor = descriptor(of: field)
        if field.label == .packed {
            descriptor.type = PROTOBUF_C_TYPE_BYTES
            descriptor.flags = 0
        }
        return descriptor
    }

    private static func type(of kind: ProtobufField.Kind) -> ProtobufCType {
        switch kind {
        case .int32, .enum: PROTOBUF_C_TYPE_INT32
        case .int64: PROTOBUF_C_TYPE_INT64
        case .uint32: PROTOBUF_C_TYPE_UINT32
        // As a bool, any wire type would be accepted.
        case .uint64, .bool: PROTOBUF_C_TYPE_UINT64
        case .sint32: PROTOBUF_C_TYPE_SINT32
        case .sint64: PROTOBUF_C_TYPE_SINT64
        // As floating-point numbers, -0.0 would be left out.
        case .fixed32, .sfixed32, .float: PROTOBUF_C_TYPE_FIXED32
        case .fixed64, .sfixed64, .double: PROTOBUF_C_TYPE_FIXED64
        // As a C string, it would end at the first NUL.
        case .string, .bytes: PROTOBUF_C_TYPE_BYTES
        case .message: PROTOBUF_C_TYPE_MESSAGE
        }
    }

    /// Runs of consecutive field numbers, and the end mark that libprotobuf-c's search needs.
    private static func ranges(of fields: [ProtobufField]) -> [ProtobufCIntRange] {
        var ranges: [ProtobufCIntRange] = []
        for (index, field) in fields.enumerated() where index == 0 || fields[index - 1].number + 1 != field.number {
            ranges.append(ProtobufCIntRange(start_value: Int32(bitPattern: field.number), orig_index: UInt32(index)))
        }
        return ranges + [ProtobufCIntRange(start_value: 0, orig_index: UInt32(fields.count))]
    }

    private static func copy(_ text: String) -> UnsafePointer<CChar> {
        UnsafePointer(copy(text.utf8CString.map { $0 }))
    }

    private static func copy<T>(_ elements: [T]) -> UnsafeMutablePointer<T> {
        let copy = UnsafeMutablePointer<T>.allocate(capacity: elements.count)
        copy.initialize(from: elements, count: elements.count)
        return copy
    }
}

// MARK: Looking things up

extension ProtobufLayout {
    @usableFromInline
    init(of slots: UnsafeRawPointer) {
        self.init(descriptor: slots.load(as: UnsafeRawPointer.self))
    }

    init(descriptor: UnsafeRawPointer) {
        self.descriptor = descriptor
        let message = descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
        size = message.pointee.sizeof_message
        bound = Int(bitPattern: message.pointee.reserved2)
    }

    private var fields: UnsafeBufferPointer<ProtobufCFieldDescriptor> {
        UnsafeBufferPointer(start: message.pointee.fields, count: Int(message.pointee.n_fields))
    }

    /// The entry layout of the map field at `slot`.
    @usableFromInline
    func entry(at slot: Int) -> ProtobufLayout? {
        guard let field = fields.first(where: { $0.offset == slot * ProtobufLayout.slotSize }),
            let entry = field.descriptor
        else { return nil }
        return schema.entries.first { $0.descriptor == entry }
    }

    /// `name of helloworld.HelloReply`.
    func describeField(at slot: Int) -> String {
        let field = fields.first { $0.offset == slot * ProtobufLayout.slotSize }
        let name = field.flatMap { String(validatingCString: $0.name) } ?? "a field"
        return "\(name) of \(String(validatingCString: message.pointee.name) ?? "a message")"
    }
}
