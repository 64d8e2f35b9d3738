// SPDX-License-Identifier: Apache-2.0
import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// Which message fields are kept on the heap: those of types that contain themselves, which have no finite size
/// otherwise, and those of large types, whose copies would be expensive.
final class InlineSize {
    /// Bytes above which a message is not put inside of another.
    private static let limit = 200

    private let cycles = MessageCycles()
    /// By the names of messages.
    private var sizes: [String: Int] = [:]

    func isBoxed(_ field: FieldDescriptor) -> Bool {
        guard let type = field.messageType else { return false }
        return cycles.areInOne(type, field.containingType) || size(type) > InlineSize.limit
    }

    /// About the bytes that a value takes, not counting what it keeps on the heap.
    private func size(_ message: Descriptor) -> Int {
        if let known = sizes[message.fullName] { return known }
        let plain = message.fields.filter { $0.realContainingOneof == nil }.map { size($0) }
        let oneofs = message.realOneofs.map { $0.fields.map { size($0) }.max() ?? 0 }
        let total = (plain + oneofs).reduce(8, +)
        sizes[message.fullName] = total
        return total
    }

    private func size(_ field: FieldDescriptor) -> Int {
        if field.isRepeated { return 8 }
        let presence = field.hasPresence ? 8 : 0
        switch field.type {
        case .message: return isBoxed(field) ? 8 : size(field.messageType) + presence
        case .string: return 16
        case .bool: return 1
        case .int32, .uint32, .sint32, .fixed32, .sfixed32, .float: return 4 + presence
        case .bytes: return 8
        case .double, .int64, .uint64, .fixed64, .sfixed64, .sint64, .enum, .group: return 8 + presence
        }
    }
}
