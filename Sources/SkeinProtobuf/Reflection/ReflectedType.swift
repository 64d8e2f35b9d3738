// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What JSON and text know of a message type: made from its layout when first needed, and kept.
final class ReflectedType: Sendable {
    let name: String
    /// The type's own JSON form, if it has one.
    let special: SpecialType?
    /// In the order of their numbers.
    let fields: [ReflectedField]
    private let indices: [String: Int]

    private init(_ layout: ProtobufLayout) {
        name = layout.schema.name
        special = SpecialType(name)
        fields = layout.schema.fields.map { ReflectedField($0, of: layout) }
        let pairs = fields.enumerated().map { ($1.jsonName, $0) } + fields.enumerated().map { ($1.name, $0) }
        indices = Dictionary(pairs) { first, _ in first }
    }

    /// The index of the field that has the name in JSON or in the `.proto` file.
    func index(named name: String) -> Int? { indices[name] }

    private static let known = Mutex<[UInt: ReflectedType]>([:])

    static func of(_ layout: ProtobufLayout) -> ReflectedType {
        let key = UInt(bitPattern: layout.descriptor)
        if let type = known.withLock({ $0[key] }) { return type }
        let made = ReflectedType(layout)
        return known.withLock { types in
            let type = types[key] ?? made
            types[key] = type
            return type
        }
    }
}
