// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What a layout knows about its message beyond what libprotobuf-c needs: its fields with their names, and the layouts
/// that they refer to.
///
/// `@unchecked Sendable`: `pending` and `entries` are set while the layout is made, `children` and `hasRequired` before
/// `isLinked` is, and not changed afterwards.
final class ProtobufSchema: @unchecked Sendable {
    /// The message's full protobuf name.
    let name: String
    /// In the order of their numbers.
    let fields: [ProtobufField]
    /// The layouts that fields name. They are resolved late, because types may name each other in a circle.
    var pending: [(field: Int, layout: @Sendable () -> ProtobufLayout)] = []
    /// The layouts of the entries of maps.
    var entries: [ProtobufLayout] = []
    /// Those of the messages that can be directly in this one. Types may contain each other: never freed, as layouts.
    var children: [ProtobufSchema] = []
    /// Whether this message, or one that can be inside of it, has a required field.
    var hasRequired: Bool
    let isLinked = Atomic<Bool>(false)

    init(_ name: String, _ fields: [ProtobufField]) {
        self.name = name
        self.fields = fields
        hasRequired = fields.contains { $0.label == .required }
    }

    /// Passes `hasRequired` on from what is contained to what contains it.
    static func findRequired(_ schemas: [ProtobufSchema]) {
        var isChanging = true
        while isChanging {
            isChanging = false
            for schema in schemas where !schema.hasRequired && schema.children.contains(where: \.hasRequired) {
                schema.hasRequired = true
                isChanging = true
            }
        }
    }
}
