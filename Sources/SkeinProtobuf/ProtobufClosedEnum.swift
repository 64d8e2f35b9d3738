// SPDX-License-Identifier: Apache-2.0

/// A protobuf enum of a proto2 file, which has no values but its cases.
///
/// Generated types conform. Other numbers that come in a field of this type are kept among the message's unknown
/// fields; a map's entry whose value they are is kept there as a whole. (One that a later, known number of the same
/// singular field replaces is dropped.)
public protocol ProtobufClosedEnum: ProtobufScalar, RawRepresentable, CaseIterable where RawValue == Int32 {
    /// For generated code: the names that the `.proto` file gives the values.
    static var protobufNames: ProtobufEnumNames { get }
}

extension ProtobufClosedEnum {
    @inlinable public static var isStoredAsItself: Bool { false }
    @inlinable public init?(protobufStored: Int32) { self.init(rawValue: protobufStored) }
    @inlinable public var protobufStored: Int32 { rawValue }
}

/// For generated code: a closed enum with deprecated values, for which the compiler makes no `allCases`.
public protocol ProtobufDeprecatedClosedEnum: ProtobufClosedEnum {
    static var protobufCases: [Self] { get }
}

extension ProtobufDeprecatedClosedEnum {
    /// The values, in the order of their declaration.
    @inlinable public static var allCases: [Self] { protobufCases }
}
