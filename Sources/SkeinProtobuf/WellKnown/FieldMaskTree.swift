// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// A field mask resolved against a message type.
struct FieldMaskTree {
    struct Branch {
        let field: ProtobufField
        /// What is meant inside of the field; empty for all of it.
        var inside: FieldMaskTree
    }

    /// By field number.
    private(set) var branches: [UInt32: Branch] = [:]

    private init() {}

    /// Throws `invalidArgument` for a path that leads to no field.
    init(_ mask: Google_Protobuf_FieldMask, _ layout: ProtobufLayout) throws(RPCError) {
        for path in mask.paths { insert(try FieldMaskTree.resolve(path, layout)[...]) }
    }

    private mutating func insert(_ fields: ArraySlice<ProtobufField>) {
        guard let field = fields.first else { return }
        let rest = fields.dropFirst()
        if rest.isEmpty {
            branches[field.number] = Branch(field: field, inside: FieldMaskTree())
        } else if let known = branches[field.number], known.inside.branches.isEmpty {
            return
        } else {
            branches[field.number, default: Branch(field: field, inside: FieldMaskTree())].inside.insert(rest)
        }
    }

    /// The fields that the names in `path` lead through.
    private static func resolve(_ path: String, _ layout: ProtobufLayout) throws(RPCError) -> [ProtobufField] {
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        guard names.count <= ProtobufReader.depthLimit else {
            throw error("\(path.prefix(60))...", "\(names.count) names lead deeper than any message has levels")
        }
        var fields: [ProtobufField] = []
        var inner: ProtobufLayout? = layout
        var owner = layout.schema.name
        for name in names {
            guard let schema = inner?.schema else {
                throw error(path, "\(fields.last?.name ?? "") of \(owner) is no singular message")
            }
            owner = schema.name
            guard let field = schema.fields.first(where: { $0.name == name }) else {
                throw error(path, "\(owner) has no field \"\(name)\"")
            }
            fields.append(field)
            inner = field.isSingularMessage ? field.message?() : nil
        }
        return fields
    }

    private static func error(_ path: String, _ reason: String) -> RPCError {
        RPCError(.invalidArgument, "read a field mask: path \"\(path)\": \(reason)")
    }
}

extension ProtobufField {
    var isSingularMessage: Bool { kind == .message && !isRepeated }

    /// Whether values of this wire type are the field's; others under its number are unknown fields.
    func accepts(_ type: WireType) -> Bool {
        let own: WireType =
            switch kind {
            case .fixed32, .sfixed32, .float: .fixed32
            case .fixed64, .sfixed64, .double: .fixed64
            case .string, .bytes, .message: .lengthDelimited
            default: .varint
            }
        return type == own || type == .lengthDelimited && isRepeated
    }

    var isRepeated: Bool { label == .repeated || label == .packed }
}
