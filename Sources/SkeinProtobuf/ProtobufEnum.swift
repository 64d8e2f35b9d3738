// SPDX-License-Identifier: Apache-2.0

/// A protobuf enum: its known values are cases, every other number is `.unrecognized`.
///
/// Generated types conform. `allCases` holds the known values.
public protocol ProtobufEnum: ProtobufScalar, RawRepresentable, CaseIterable where RawValue == Int32 {
    /// For generated code: the names that the `.proto` file gives the values.
    static var protobufNames: ProtobufEnumNames { get }

    /// The case for a number; never fails.
    init(rawValue: Int32)
}

extension ProtobufEnum {
    @inlinable public static var isStoredAsItself: Bool { false }
    @inlinable public init(protobufStored: Int32) { self.init(rawValue: protobufStored) }
    @inlinable public var protobufStored: Int32 { rawValue }
}

/// For generated code: an enum with deprecated values. Its own code names them in deprecated members only, so that it
/// compiles without warnings.
public protocol ProtobufDeprecatedEnum: ProtobufEnum {
    static var protobufCases: [Self] { get }
    static func protobufCase(_ number: Int32) -> Self
}

extension ProtobufDeprecatedEnum {
    /// The known values.
    @inlinable public static var allCases: [Self] { protobufCases }
    @inlinable public init(rawValue: Int32) { self = Self.protobufCase(rawValue) }
}
