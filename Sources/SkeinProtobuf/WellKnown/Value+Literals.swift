// SPDX-License-Identifier: Apache-2.0

/// A value of JSON: made from literals and from Swift values, read by the accessor of its kind.
extension Google_Protobuf_Value {
    /// The number; `nil` when the value is of another kind.
    public var numberValue: Double? { if case .numberValue(let value) = kind { value } else { nil } }

    /// The text; `nil` when the value is of another kind.
    public var stringValue: String? { if case .stringValue(let value) = kind { value } else { nil } }

    /// The truth value; `nil` when the value is of another kind.
    public var boolValue: Bool? { if case .boolValue(let value) = kind { value } else { nil } }

    /// The object; `nil` when the value is of another kind.
    public var structValue: Google_Protobuf_Struct? { if case .structValue(let value) = kind { value } else { nil } }

    /// The list; `nil` when the value is of another kind.
    public var listValue: Google_Protobuf_ListValue? { if case .listValue(let value) = kind { value } else { nil } }

    /// Whether it is JSON's `null`. A value without a kind, which JSON has not, is no null.
    public var isNull: Bool { if case .nullValue = kind { true } else { false } }

    /// The member `name` of an object: `value["a"]?["b"]`.
    ///
    /// Reading gives `nil` when there is none, or the value is no object. Setting makes the value an object. Setting
    /// `nil` removes the member, and leaves a value that is no object as it is: JSON's null is
    /// `Google_Protobuf_Value(nil)`.
    public subscript(name: String) -> Google_Protobuf_Value? {
        get { structValue?.fields[name] }
        set {
            guard structValue != nil || newValue != nil else { return }
            var fields = structValue ?? Google_Protobuf_Struct()
            // Without its copy in here, the object is changed in place.
            kind = nil
            fields.fields[name] = newValue
            kind = .structValue(fields)
        }
    }

    /// The element `index` of a list; `nil` when there is none, or the value is no list.
    public subscript(index: Int) -> Google_Protobuf_Value? {
        guard let values = listValue?.values, values.indices.contains(index) else { return nil }
        return values[index]
    }
}

// MARK: Making values

extension Google_Protobuf_Value {
    /// A number. JSON cannot write infinities and what is not a number.
    public init(_ number: Double) { self.init(kind: .numberValue(number)) }
    /// A text.
    public init(_ text: String) { self.init(kind: .stringValue(text)) }
    /// A truth value.
    public init(_ flag: Bool) { self.init(kind: .boolValue(flag)) }
    /// An object.
    public init(_ object: Google_Protobuf_Struct) { self.init(kind: .structValue(object)) }
    /// A list.
    public init(_ list: Google_Protobuf_ListValue) { self.init(kind: .listValue(list)) }
}

extension Google_Protobuf_Value: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// JSON's null.
    public init(nilLiteral: ()) { self.init(kind: .nullValue(.nullValue)) }
    public init(booleanLiteral value: Bool) { self.init(value) }
    public init(floatLiteral value: Double) { self.init(value) }
    /// The number nearest to `value`: integers above 2^53 are rounded.
    public init(integerLiteral value: Int64) { self.init(Double(value)) }
    public init(stringLiteral value: String) { self.init(value) }
    public init(arrayLiteral values: Google_Protobuf_Value...) { self.init(Google_Protobuf_ListValue(values: values)) }

    /// Of several members with one name the last counts.
    public init(dictionaryLiteral members: (String, Google_Protobuf_Value)...) {
        self.init(Google_Protobuf_Struct(members))
    }
}
