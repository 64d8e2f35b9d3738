// SPDX-License-Identifier: Apache-2.0

/// How a message is written as JSON.
public struct ProtobufJSONEncodingOptions: Sendable {
    /// Writes fields without presence even when they have the default value: zeros, empty lists and maps.
    public var alwaysPrintFields = false
    /// Writes `home_address`, as the `.proto` file has it, and not `homeAddress`.
    public var preserveProtoFieldNames = false
    /// Writes the numbers of enum values and not their names.
    public var enumsAsNumbers = false
    /// The spaces of one level of indentation; `nil` writes everything into one line without spaces.
    public var indent: Int?
    /// The types that a `google.protobuf.Any` may hold.
    public var types: ProtobufTypes

    public init(
        alwaysPrintFields: Bool = false, preserveProtoFieldNames: Bool = false, enumsAsNumbers: Bool = false,
        indent: Int? = nil, types: ProtobufTypes = ProtobufTypes()
    ) {
        self.alwaysPrintFields = alwaysPrintFields
        self.preserveProtoFieldNames = preserveProtoFieldNames
        self.enumsAsNumbers = enumsAsNumbers
        self.indent = indent
        self.types = types
    }

    /// On several lines, indented by two spaces.
    public static var pretty: ProtobufJSONEncodingOptions { ProtobufJSONEncodingOptions(indent: 2) }
}
