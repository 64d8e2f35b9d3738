// SPDX-License-Identifier: Apache-2.0

/// An object of JSON: `let object: Google_Protobuf_Struct = ["name": "Ada", "tags": ["a", 1, nil]]`.
extension Google_Protobuf_Struct: ExpressibleByDictionaryLiteral {
    /// Of several members with one name the last counts.
    public init(dictionaryLiteral members: (String, Google_Protobuf_Value)...) { self.init(members) }

    init(_ members: [(String, Google_Protobuf_Value)]) {
        self.init(fields: Dictionary(members, uniquingKeysWith: { $1 }))
    }

    /// The member `name`; `nil` when there is none. Setting `nil` removes it: JSON's null is
    /// `Google_Protobuf_Value(nil)`.
    public subscript(name: String) -> Google_Protobuf_Value? {
        get { fields[name] }
        _modify { yield &fields[name] }
    }
}

/// A list of JSON: `let list: Google_Protobuf_ListValue = [1, "two", [3], nil]`.
extension Google_Protobuf_ListValue: ExpressibleByArrayLiteral {
    public init(arrayLiteral values: Google_Protobuf_Value...) { self.init(values: values) }
}
