// SPDX-License-Identifier: Apache-2.0

/// Messages print as protobuf's text format.
extension ProtobufMessage {
    /// The fields that are set, one a line, as protobuf's text format has them:
    ///
    ///     name: "Ada"
    ///     home {
    ///       city: "London"
    ///     }
    ///
    /// Fields stand in the order of their numbers, the entries of maps in that of their keys, and fields that the
    /// definition does not have at the end by their number. An empty message gives an empty text. Meant for people and
    /// logs: what it looks like may change.
    public var description: String {
        ProtobufArena.withTemporary { arena in
            var writer = ProtobufTextWriter(arena: arena)
            writer.message(self)
            return String(decoding: writer.output, as: UTF8.self)
        }
    }

    /// The type's full protobuf name and the fields in braces: `helloworld.HelloRequest {…}`.
    public var debugDescription: String {
        let lines = description.split(separator: "\n")
        if lines.isEmpty { return "\(Self.protobufName) {}" }
        return "\(Self.protobufName) {\n\(lines.map { "  \($0)\n" }.joined())}"
    }
}
