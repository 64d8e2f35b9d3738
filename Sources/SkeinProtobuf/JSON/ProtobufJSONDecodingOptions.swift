// SPDX-License-Identifier: Apache-2.0

/// How a message is read from JSON.
public struct ProtobufJSONDecodingOptions: Sendable {
    /// Steps over fields that the message does not have, and over enum values whose name is unknown, instead of
    /// refusing them.
    public var ignoreUnknownFields = false
    /// The types that a `google.protobuf.Any` may hold.
    public var types: ProtobufTypes

    public init(ignoreUnknownFields: Bool = false, types: ProtobufTypes = ProtobufTypes()) {
        self.ignoreUnknownFields = ignoreUnknownFields
        self.types = types
    }
}
