// SPDX-License-Identifier: Apache-2.0

/// The message types that a `google.protobuf.Any` may hold where its content has to be understood: in JSON.
///
/// The well-known types of protobuf and those of `google.rpc` are always among them.
///
///     let text = try order.jsonString(.init(types: [Invoice.self, Receipt.self]))
public struct ProtobufTypes: Sendable, ExpressibleByArrayLiteral {
    private let types: [String: any ProtobufMessage.Type]

    /// `types` beside those that are always there.
    public init(_ types: [any ProtobufMessage.Type] = []) {
        self.types = ProtobufTypes.builtIn.merging(ProtobufTypes.byName(types)) { $1 }
    }

    public init(arrayLiteral types: any ProtobufMessage.Type...) { self.init(types) }

    /// The type with the full protobuf name `name`; `nil` when it is not among these.
    public subscript(name: String) -> (any ProtobufMessage.Type)? { types[name] }

    /// The type that a type URL names after its last slash: `type.googleapis.com/google.rpc.Status`.
    subscript(url url: String) -> (any ProtobufMessage.Type)? {
        guard let slash = url.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return types[String(url[url.utf8.index(after: slash)...])]
    }

    private static func byName(_ types: [any ProtobufMessage.Type]) -> [String: any ProtobufMessage.Type] {
        Dictionary(types.map { ($0.protobufName, $0) }) { $1 }
    }

    private static let builtIn = byName([
        Google_Protobuf_Any.self, Google_Protobuf_Api.self, Google_Protobuf_BoolValue.self,
        Google_Protobuf_BytesValue.self, Google_Protobuf_DoubleValue.self, Google_Protobuf_Duration.self,
        Google_Protobuf_Empty.self, Google_Protobuf_Enum.self, Google_Protobuf_EnumValue.self,
        Google_Protobuf_Field.self, Google_Protobuf_FieldMask.self, Google_Protobuf_FloatValue.self,
        Google_Protobuf_Int32Value.self, Google_Protobuf_Int64Value.self, Google_Protobuf_ListValue.self,
        Google_Protobuf_Method.self, Google_Protobuf_Mixin.self, Google_Protobuf_Option.self,
        Google_Protobuf_SourceContext.self, Google_Protobuf_StringValue.self, Google_Protobuf_Struct.self,
        Google_Protobuf_Timestamp.self, Google_Protobuf_Type.self, Google_Protobuf_UInt32Value.self,
        Google_Protobuf_UInt64Value.self, Google_Protobuf_Value.self, Google_Rpc_BadRequest.self,
        Google_Rpc_DebugInfo.self, Google_Rpc_ErrorInfo.self, Google_Rpc_Help.self, Google_Rpc_LocalizedMessage.self,
        Google_Rpc_PreconditionFailure.self, Google_Rpc_QuotaFailure.self, Google_Rpc_RequestInfo.self,
        Google_Rpc_ResourceInfo.self, Google_Rpc_RetryInfo.self, Google_Rpc_Status.self,
    ])
}
