// SPDX-License-Identifier: Apache-2.0

/// For generated code: a field value that fits one slot.
///
/// `ProtobufStored` is what libprotobuf-c sees: integers only. Floating-point numbers go as their bits, so that -0.0 is
/// not taken for the default; `Bool` goes as UInt64, so that its wire type is checked.
public protocol ProtobufScalar: Hashable, Sendable {
    associatedtype ProtobufStored: FixedWidthInteger & BitwiseCopyable

    /// Whether an array of values has the bytes of an array of stored integers.
    static var isStoredAsItself: Bool { get }

    /// Fails for numbers that a closed enum does not have.
    init?(protobufStored: ProtobufStored)
    var protobufStored: ProtobufStored { get }
}

extension ProtobufScalar where Self == ProtobufStored {
    @inlinable public static var isStoredAsItself: Bool { true }
    @inlinable public init(protobufStored: Self) { self = protobufStored }
    @inlinable public var protobufStored: Self { self }
}

extension Int32: ProtobufScalar {
    public typealias ProtobufStored = Int32
}

extension Int64: ProtobufScalar {
    public typealias ProtobufStored = Int64
}

extension UInt32: ProtobufScalar {
    public typealias ProtobufStored = UInt32
}

extension UInt64: ProtobufScalar {
    public typealias ProtobufStored = UInt64
}

extension Float: ProtobufScalar {
    @inlinable public static var isStoredAsItself: Bool { true }
    @inlinable public init(protobufStored: UInt32) { self.init(bitPattern: protobufStored) }
    @inlinable public var protobufStored: UInt32 { bitPattern }
}

extension Double: ProtobufScalar {
    @inlinable public static var isStoredAsItself: Bool { true }
    @inlinable public init(protobufStored: UInt64) { self.init(bitPattern: protobufStored) }
    @inlinable public var protobufStored: UInt64 { bitPattern }
}

extension Bool: ProtobufScalar {
    @inlinable public static var isStoredAsItself: Bool { false }
    @inlinable public init(protobufStored: UInt64) { self = protobufStored != 0 }
    @inlinable public var protobufStored: UInt64 { self ? 1 : 0 }
}
