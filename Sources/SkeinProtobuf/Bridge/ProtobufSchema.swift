// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What a layout knows about its message beyond what libprotobuf-c needs: its fields with their names, and the layouts
/// that they refer to.
///
/// `@unchecked Sendable`: `pending` and `entries` are set while the layout is made, and not changed afterwards.
final class ProtobufSchema: @unchecked Sendable {
    /// The message's full protobuf name.
    let name: String
    /// In the order of their numbers.
    let fields: [ProtobufField]
    /// The layouts that fields name. They are resolved late, because types may name each other in a circle.
    var pending: [(field: Int, layout: @Sendable () -> ProtobufLayout)] = []
    /// The layouts of the entries of maps.
    var entries: [ProtobufLayout] = []
    let isLinked = Atomic<Bool>(false)

    init(_ name: String, _ fields: [ProtobufField]) {
        self.name = name
        self.fields = fields
    }
}
