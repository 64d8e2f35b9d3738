// SPDX-License-Identifier: Apache-2.0

// Each wrapper is made from its value, `Google_Protobuf_StringValue(name)`, or from a literal: a field of type
// `google.protobuf.StringValue` takes `message.nickname = "Ada"`. Back again: `message.nickname?.value`.

extension Google_Protobuf_DoubleValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// `value`, wrapped.
    public init(_ value: Double) { self.init(value: value) }
    public init(floatLiteral value: Double) { self.init(value: value) }
    public init(integerLiteral value: Double) { self.init(value: value) }
}

extension Google_Protobuf_FloatValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// `value`, wrapped.
    public init(_ value: Float) { self.init(value: value) }
    public init(floatLiteral value: Float) { self.init(value: value) }
    public init(integerLiteral value: Float) { self.init(value: value) }
}

extension Google_Protobuf_Int64Value: ExpressibleByIntegerLiteral {
    /// `value`, wrapped.
    public init(_ value: Int64) { self.init(value: value) }
    public init(integerLiteral value: Int64) { self.init(value: value) }
}

extension Google_Protobuf_UInt64Value: ExpressibleByIntegerLiteral {
    /// `value`, wrapped.
    public init(_ value: UInt64) { self.init(value: value) }
    public init(integerLiteral value: UInt64) { self.init(value: value) }
}

extension Google_Protobuf_Int32Value: ExpressibleByIntegerLiteral {
    /// `value`, wrapped.
    public init(_ value: Int32) { self.init(value: value) }
    public init(integerLiteral value: Int32) { self.init(value: value) }
}

extension Google_Protobuf_UInt32Value: ExpressibleByIntegerLiteral {
    /// `value`, wrapped.
    public init(_ value: UInt32) { self.init(value: value) }
    public init(integerLiteral value: UInt32) { self.init(value: value) }
}

extension Google_Protobuf_BoolValue: ExpressibleByBooleanLiteral {
    /// `value`, wrapped.
    public init(_ value: Bool) { self.init(value: value) }
    public init(booleanLiteral value: Bool) { self.init(value: value) }
}

extension Google_Protobuf_StringValue: ExpressibleByStringInterpolation {
    /// `value`, wrapped.
    public init(_ value: String) { self.init(value: value) }
    public init(stringLiteral value: String) { self.init(value: value) }
}

extension Google_Protobuf_BytesValue: ExpressibleByArrayLiteral {
    /// `value`, wrapped.
    public init(_ value: [UInt8]) { self.init(value: value) }
    public init(arrayLiteral value: UInt8...) { self.init(value: value) }
}
