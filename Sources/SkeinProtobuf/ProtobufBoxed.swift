// SPDX-License-Identifier: Apache-2.0

/// Keeps a message field on the heap: fields of recursive types, and of types too large to lie inside of others.
///
/// The field stays a value: copies are independent.
@propertyWrapper
public struct ProtobufBoxed<Value: Hashable & Sendable>: Hashable, Sendable {
    @usableFromInline
    indirect enum Box: Hashable, Sendable {
        case value(Value)
    }

    @usableFromInline var box: Box?

    @inlinable
    public init(wrappedValue: Value?) {
        box = wrappedValue.map(Box.value)
    }

    public var wrappedValue: Value? {
        @inlinable get {
            guard case .value(let value) = box else { return nil }
            return value
        }
        @inlinable _modify {
            var value = wrappedValue
            let wasNil = value == nil
            box = nil
            defer { if !wasNil || value != nil { box = value.map(Box.value) } }
            yield &value
        }
    }
}
