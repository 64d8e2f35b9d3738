// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not the message they should be. For generated code; users see an `RPCError` with its description.
public struct ProtobufFault: Error {
    // One word, so that decoding functions return it in a register.
    indirect enum Reason {
        case malformed
        case severalOneofMembers
        case severalOccurrences
        case unknownEnumValue
        case wire(String, offset: Int)
        case invalidUTF8(field: String)
        case tooDeep
        case tooMuchMemory(limit: Int)
        case tooLarge(Int)
    }

    let reason: Reason

    init(_ reason: Reason) { self.reason = reason }

    /// Two members of one oneof came: only their order on the wire tells which counts.
    public static var severalOneofMembers: ProtobufFault { ProtobufFault(.severalOneofMembers) }

    /// Whether the bytes may be a message nevertheless, for a more careful look.
    var asksForNormalising: Bool {
        switch reason {
        case .malformed, .severalOneofMembers, .severalOccurrences, .unknownEnumValue: true
        default: false
        }
    }
}

extension ProtobufFault: CustomStringConvertible {
    public var description: String {
        switch reason {
        case .malformed: "malformed"
        case .severalOneofMembers: "several members of one oneof"
        case .unknownEnumValue: "a number that a closed enum does not have"
        case .severalOccurrences: "several occurrences of one message"
        case .wire(let what, let offset): "\(what) at byte \(offset)"
        case .invalidUTF8(let field): "invalid UTF-8 in \(field)"
        case .tooDeep: "messages are nested deeper than \(ProtobufReader.depthLimit) levels"
        case .tooMuchMemory(let limit): "needs more than \(limit) bytes of memory, many times its own size"
        case .tooLarge(let count): "\(count) bytes are more than the 2 GiB that a message may have"
        }
    }
}
