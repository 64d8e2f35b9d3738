// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// A message of any type beside a URL that names the type: what follows its last `/` is the message's full name.
extension Google_Protobuf_Any {
    /// `message`, encoded, under the type URL `typeURLPrefix/name`. Throws `internal` when it cannot be encoded.
    public init(
        packing message: some ProtobufMessage, typeURLPrefix: String = "type.googleapis.com"
    ) throws(RPCError) {
        let separator = typeURLPrefix.utf8.last == UInt8(ascii: "/") ? "" : "/"
        let name = type(of: message).protobufName
        self.init(typeURL: "\(typeURLPrefix)\(separator)\(name)", value: try message.serialized())
    }

    /// The full name of the message inside, e.g. `google.rpc.ErrorInfo`; `nil` when the type URL has no `/` or nothing
    /// after it.
    public var messageName: String? {
        guard let slash = typeURL.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let name = typeURL[typeURL.utf8.index(after: slash)...]
        return name.isEmpty ? nil : String(name)
    }

    /// Whether the type URL names `type`. Any prefix will do.
    public func isA<Message: ProtobufMessage>(_ type: Message.Type) -> Bool { messageName == type.protobufName }

    /// The message inside. Throws `internal` when the type URL names another type, or the bytes are no such message.
    public func unpack<Message: ProtobufMessage>(as type: Message.Type = Message.self) throws(RPCError) -> Message {
        guard isA(type) else {
            throw RPCError(.internal, "unpack \(type.protobufName): the type URL is \"\(typeURL)\"")
        }
        return try Message(serialized: value)
    }
}
