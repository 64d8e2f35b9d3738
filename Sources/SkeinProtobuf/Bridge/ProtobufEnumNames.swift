// SPDX-License-Identifier: Apache-2.0

/// For generated code: the names that a `.proto` file gives the values of an enum, for JSON and text.
public struct ProtobufEnumNames: Sendable {
    /// The enum's full protobuf name.
    let name: String
    /// In the order of their declaration; of those with one number the first is the one that is written.
    let values: [(number: Int32, name: String)]
    /// The numbers of a closed enum, which has no others; `nil` for an open one, which takes all.
    let closed: Set<Int32>?

    public init(_ name: String, closed: Bool = false, _ values: [(Int32, String)]) {
        self.name = name
        self.values = values.map { (number: $0.0, name: $0.1) }
        self.closed = closed ? Set(values.map(\.0)) : nil
    }

    /// Whether a field of this type takes `number`; otherwise it is an unknown field.
    func accepts(_ number: Int32) -> Bool { closed?.contains(number) ?? true }
}
