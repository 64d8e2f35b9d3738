// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// A set of fields, each named by a path such as `address.street`: names as in the `.proto` file, joined by dots. A
/// path stands for the field with all that is in it.
extension Google_Protobuf_FieldMask: ExpressibleByArrayLiteral {
    /// A mask of `paths`, as they are given.
    public init(_ paths: String...) { self.init(paths: paths) }
    public init(arrayLiteral paths: String...) { self.init(paths: paths) }

    /// A mask of all fields that `type` has.
    public init<Message: ProtobufMessage>(allFieldsOf type: Message.Type) {
        self.init(paths: type.protobufLayout.schema.fields.map(\.name))
    }

    /// Whether one of the paths is `path` or leads to it: `a` contains `a.b`, `a.b` does not contain `a`.
    public func contains(_ path: String) -> Bool { paths.contains { Google_Protobuf_FieldMask.covers($0, path) } }

    /// The same set in canonical form: paths in order, none empty, twice, or inside of another.
    public var normalized: Google_Protobuf_FieldMask {
        var canonical: [String] = []
        for path in paths.filter({ !$0.isEmpty }).sorted(by: Google_Protobuf_FieldMask.precedes) {
            if let last = canonical.last, Google_Protobuf_FieldMask.covers(last, path) { continue }
            canonical.append(path)
        }
        return Google_Protobuf_FieldMask(paths: canonical)
    }

    /// The fields of either mask, in canonical form.
    public func union(_ other: Google_Protobuf_FieldMask) -> Google_Protobuf_FieldMask {
        Google_Protobuf_FieldMask(paths: paths + other.paths).normalized
    }

    /// The fields of both masks, in canonical form.
    public func intersection(_ other: Google_Protobuf_FieldMask) -> Google_Protobuf_FieldMask {
        let common = paths.filter(other.contains) + other.paths.filter(contains)
        return Google_Protobuf_FieldMask(paths: common).normalized
    }

    /// Throws `invalidArgument`, naming the path and what is wrong with it, unless every path leads to a field of
    /// `type`: through singular messages only, as lists and maps have no names inside.
    public func validate<Message: ProtobufMessage>(for type: Message.Type) throws(RPCError) {
        _ = try FieldMaskTree(self, type.protobufLayout)
    }

    /// Whether every path leads to a field of `type`.
    public func isValid<Message: ProtobufMessage>(for type: Message.Type) -> Bool {
        (try? validate(for: type)) != nil
    }

    /// Whether what `path` names is, or lies in, what `outer` names.
    private static func covers(_ outer: String, _ path: String) -> Bool {
        let rest = path.utf8.dropFirst(outer.utf8.count)
        return path.utf8.starts(with: outer.utf8) && (rest.isEmpty || rest.first == UInt8(ascii: "."))
    }

    /// Name by name, so that a path comes right before those inside of it.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        let dotFirst = { (byte: UInt8) in byte == UInt8(ascii: ".") ? 0 : byte }
        return a.utf8.lazy.map(dotFirst).lexicographicallyPrecedes(b.utf8.lazy.map(dotFirst))
    }
}
