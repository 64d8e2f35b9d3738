// SPDX-License-Identifier: Apache-2.0

/// The names of an enum's values, to be looked up both ways.
struct ReflectedEnum: Sendable {
    let name: String
    private let values: ProtobufEnumNames
    private let numbers: [String: Int32]
    private let names: [Int32: String]

    init(_ values: ProtobufEnumNames) {
        self.values = values
        name = values.name
        numbers = Dictionary(values.values.map { ($0.name, $0.number) }) { first, _ in first }
        names = Dictionary(values.values.map { ($0.number, $0.name) }) { first, _ in first }
    }

    /// Whether it is `google.protobuf.NullValue`, which JSON writes as null.
    var isNull: Bool { name == "google.protobuf.NullValue" }

    var allNames: [String] { numbers.keys.sorted() }

    /// Whether the enum has the value, or is open to any.
    func accepts(_ number: Int32) -> Bool { values.accepts(number) }

    func name(of number: Int32) -> String? { names[number] }
    func number(of name: String) -> Int32? { numbers[name] }
}
