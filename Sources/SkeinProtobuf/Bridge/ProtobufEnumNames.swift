// SPDX-License-Identifier: Apache-2.0

/// For generated code: the names that a `.proto` file gives the values of an enum, for JSON and text.
public struct ProtobufEnumNames: Sendable {
    /// The enum's full protobuf name.
    let name: String
    /// In the order of their declaration; of those with one number the first is the one that is written.
    let values: [(number: Int32, name: String)]

    public init(_ name: String, _ values: [(Int32, String)]) {
        self.name = name
        self.values = values.map { (number: $0.0, name: $0.1) }
    }
}
