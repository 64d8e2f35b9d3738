// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

extension Google_Protobuf_FieldMask {
    /// What a merge replaces where it otherwise merges.
    public struct Replacement: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Messages that a path ends with: they become the other's, or absent with it.
        public static let messages = Replacement(rawValue: 1)
        /// Lists and maps: they become the other's.
        public static let repeated = Replacement(rawValue: 2)
    }
}

extension ProtobufMessage {
    /// Takes the fields that `fieldMask` names from `other`, as an update does; all others stay as they are.
    ///
    /// - A scalar or enum becomes the other's. One that the other has not is reset.
    /// - A message that a path ends with is merged with the other's, if it has one: field by field, lists appended.
    ///   With `replacing: .messages` it becomes the other's, or absent.
    /// - The other's elements are appended to a list, its entries added to a map. With `replacing: .repeated` they take
    ///   the place of the old ones.
    /// - A path through a message that the other has not changes nothing.
    ///
    /// Throws `invalidArgument` when a path leads to no field of this type, and what encoding and decoding throw; the
    /// message is unchanged then.
    public mutating func merge(
        from other: Self, fieldMask: Google_Protobuf_FieldMask, replacing: Google_Protobuf_FieldMask.Replacement = []
    ) throws(RPCError) {
        let tree = try FieldMaskTree(fieldMask, Self.protobufLayout)
        let merge = FieldMaskMerge(replacing: replacing)
        let (mine, theirs) = (try serialized(), try other.serialized())
        self = try Self.decode { () throws(ProtobufFault) in try merge.merge(mine, theirs, tree) }
    }

    /// The message with only the fields that `fieldMask` names, as for the answer to a read. An empty mask leaves
    /// nothing: that an absent one means everything is for the caller to decide.
    ///
    /// A message that a path leads through stays present, even when nothing is left in it. Unknown fields are left out,
    /// but for those inside of messages that are kept as a whole.
    ///
    /// Throws `invalidArgument` when a path leads to no field of this type, and `internal` when a required field (proto2)
    /// is left out.
    public func trimmed(to fieldMask: Google_Protobuf_FieldMask) throws(RPCError) -> Self {
        let tree = try FieldMaskTree(fieldMask, Self.protobufLayout)
        let mine = try serialized()
        return try Self.decode { () throws(ProtobufFault) in try FieldMaskMerge.trim(mine, tree) }
    }

    private static func decode(_ rewrite: () throws(ProtobufFault) -> [UInt8]) throws(RPCError) -> Self {
        let rewritten: [UInt8]
        do throws(ProtobufFault) {
            rewritten = try rewrite()
        } catch {
            // Only unknown fields set by hand can be such.
            throw RPCError(.internal, "apply a field mask to \(protobufName): \(error)")
        }
        return try Self(serialized: rewritten)
    }
}
