// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What a Redis server answers, in either version of its protocol.
enum RedisValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// A string, a number with a fraction, or anything else that is text.
    case text([UInt8])
    /// An array or a set; of a map the keys and values in turn.
    case list([RedisValue])
    case error(String)

    static func text(_ text: String) -> RedisValue { .text(Array(text.utf8)) }

    /// `nil` for what is no text.
    var string: String? {
        if case .text(let bytes) = self { String(validating: bytes, as: UTF8.self) } else { nil }
    }

    var elements: [RedisValue]? {
        if case .list(let elements) = self { elements } else { nil }
    }

    /// The value, unless it is an error. `what` names what was tried.
    func checked(_ what: String) throws -> RedisValue {
        guard case .error(let text) = self else { return self }
        let code: StatusCode =
            switch text.prefix(while: { $0 != " " }) {
            case "NOAUTH", "WRONGPASS": .unauthenticated
            case "NOPERM": .permissionDenied
            case "READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN": .unavailable
            default: .internal
            }
        throw RPCError(code, "\(what): \(text)")
    }

    /// Whether the server cannot be written to, because it is not, or not yet, the one to ask.
    var isWrongServer: Bool {
        guard case .error(let text) = self else { return false }
        return ["READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS"].contains { text.hasPrefix($0) }
    }
}
