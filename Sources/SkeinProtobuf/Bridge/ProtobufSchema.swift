// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What a layout knows about its message beyond what libprotobuf-c needs: its fields with their names, and the layouts
/// that they refer to.
final class ProtobufSchema: Sendable {
    typealias Reference = (field: Int, layout: @Sendable () -> ProtobufLayout)

    /// The message's full protobuf name.
    let name: String
    /// In the order of their numbers.
    let fields: [ProtobufField]
    /// The layouts that fields name. They are resolved late, because types may name each other in a circle.
    let references: [Reference]
    /// The layouts of the entries of maps.
    let entries: [ProtobufLayout]
    let isLinked = Atomic<Bool>(false)

    init(_ name: String, _ fields: [ProtobufField], _ references: [Reference], _ entries: [ProtobufLayout]) {
        self.name = name
        self.fields = fields
        self.references = references
        self.entries = entries
    }
}
