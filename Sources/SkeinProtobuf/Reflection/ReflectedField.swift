// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What JSON and text know of a field.
final class ReflectedField: Sendable {
    let number: UInt32
    let name: String
    let jsonName: String
    let kind: ProtobufField.Kind
    let slot: Int
    /// Which oneof of the message it belongs to, counted from 1; 0 for none.
    let oneof: Int
    let isMap: Bool
    /// Repeated, a map included.
    let isRepeated: Bool
    let isPacked: Bool
    /// Whether a default value that was set differs from none.
    let hasPresence: Bool
    let names: ReflectedEnum?

    private let layout: (@Sendable () -> ProtobufLayout)?
    private let resolved = AtomicLazyReference<ReflectedType>()

    init(_ field: ProtobufField, of message: ProtobufLayout) {
        number = field.number
        name = field.name
        jsonName = field.chosenJSONName ?? ReflectedField.lowerCamelCase(field.name)
        kind = field.kind
        slot = field.slot
        oneof = Int(field.oneof)
        isMap = field.entry != nil
        isPacked = field.label == .packed
        isRepeated = field.label == .packed || field.label == .repeated
        hasPresence = !(isRepeated || field.label == .implicit)
        names = field.names.map { ReflectedEnum($0()) }
        if isMap, let entry = message.entry(at: field.slot) {
            layout = { entry }
        } else {
            layout = field.message
        }
    }

    /// The type of its messages; of a map the type of the entries, with the key as first and the value as second field.
    var type: ReflectedType? {
        resolved.load() ?? layout.map { resolved.storeIfNil(ReflectedType.of($0())) }
    }

    /// Whether null is one of its values in JSON.
    var acceptsNull: Bool {
        !isMap && (names?.isNull ?? (type?.special == .value))
    }

    /// `home_address` becomes `homeAddress`: as protoc makes JSON names.
    static func lowerCamelCase(_ name: String) -> String {
        var output: [UInt8] = []
        var isUpper = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "_") {
                isUpper = true
            } else {
                let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                output.append(isUpper && isLetter ? byte & ~0x20 : byte)
                isUpper = false
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
