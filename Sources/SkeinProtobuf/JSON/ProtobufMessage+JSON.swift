// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// The JSON mapping of protobuf (ProtoJSON), both ways.
///
/// Fields are written by their JSON name in the order of their numbers, maps in the order of their keys, so that equal
/// messages have equal texts. Unknown fields are not part of JSON.
extension ProtobufMessage {
    /// The message as JSON.
    ///
    /// Throws `internal`, naming the field, for what JSON cannot express: a `Timestamp`, `Duration` or `FieldMask` out
    /// of its range, a number in a `Value` that is not finite, an `Any` that holds an unknown type or broken bytes,
    /// and messages nested deeper than 100 levels.
    public func jsonString(
        _ options: ProtobufJSONEncodingOptions = ProtobufJSONEncodingOptions()
    ) throws(RPCError) -> String {
        String(decoding: try jsonBytes(options), as: UTF8.self)
    }

    /// The same as UTF-8.
    public func jsonBytes(
        _ options: ProtobufJSONEncodingOptions = ProtobufJSONEncodingOptions()
    ) throws(RPCError) -> [UInt8] {
        try ProtobufArena.withTemporary { (arena) throws(RPCError) in
            try withExtendedLifetime(self) { () throws(RPCError) in
                var writer = ProtobufJSONWriter(options, arena: arena, root: Self.protobufName)
                try writer.message(arena.view(of: self), depth: ProtobufReader.depthLimit)
                return writer.output.bytes
            }
        }
    }

    /// The message that a JSON text spells.
    ///
    /// Takes all that protobuf's JSON mapping allows: both names of a field, numbers as strings, enum values by name or
    /// number, null for a field that is not set. Throws `invalidArgument` with the line, the column and the path of the
    /// field, what was expected there and what was found.
    public init(
        json text: String, _ options: ProtobufJSONDecodingOptions = ProtobufJSONDecodingOptions()
    ) throws(RPCError) {
        try self.init(utf8: Array(text.utf8), options)
    }

    /// The same from UTF-8.
    public init(
        json bytes: [UInt8], _ options: ProtobufJSONDecodingOptions = ProtobufJSONDecodingOptions()
    ) throws(RPCError) {
        guard bytes.withUnsafeBytes({ String(validatedUTF8: $0) }) != nil else {
            throw RPCError(.invalidArgument, "read \(Self.protobufName) from JSON: expected UTF-8, found other bytes")
        }
        try self.init(utf8: bytes, options)
    }

    private init(utf8 bytes: [UInt8], _ options: ProtobufJSONDecodingOptions) throws(RPCError) {
        let type = ReflectedType.of(Self.protobufLayout)
        let encoded = try ProtobufJSONReader.read(bytes, type, options)
        do throws(RPCError) {
            self = try Self(serialized: encoded)
        } catch {
            throw RPCError(.invalidArgument, "read \(Self.protobufName) from JSON: \(error.message)", cause: error)
        }
    }
}
