// SPDX-License-Identifier: Apache-2.0
public import SwiftProtobuf

/// HelloRequest and HelloReply, which look the same on the wire: one string in field 1. Written by hand in the form
/// that protoc-gen-swift gives a message, so that the benchmark needs no plugin build.
public struct Hello: Sendable {
    public var text = String()
    public var unknownFields = UnknownStorage()

    public init() {}

    public init(_ text: String) { self.text = text }
}

extension Hello: SwiftProtobuf.Message, _MessageImplementationBase, _ProtoNameProviding {
    public static let protoMessageName = "helloworld.Hello"
    // swift-format-ignore: AlwaysUseLowerCamelCase
    public static let _protobuf_nameMap: _NameMap = [1: .same(proto: "text")]

    public mutating func decodeMessage<D: SwiftProtobuf.Decoder>(decoder: inout D) throws {
        while let field = try decoder.nextFieldNumber() {
            if field == 1 { try decoder.decodeSingularStringField(value: &text) }
        }
    }

    public func traverse<V: Visitor>(visitor: inout V) throws {
        if !text.isEmpty { try visitor.visitSingularStringField(value: text, fieldNumber: 1) }
        try unknownFields.traverse(visitor: &visitor)
    }

    public static func == (a: Hello, b: Hello) -> Bool {
        a.text == b.text && a.unknownFields == b.unknownFields
    }
}
