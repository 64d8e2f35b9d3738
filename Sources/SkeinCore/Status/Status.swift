// SPDX-License-Identifier: Apache-2.0

/// How a call ended: a code and a message for people.
public struct Status: Sendable, Hashable {
    public var code: StatusCode
    public var message: String

    public init(_ code: StatusCode, _ message: String = "") {
        self.code = code
        self.message = message
    }

    public static let ok = Status(.ok)
}

extension Status: CustomStringConvertible {
    public var description: String { message.isEmpty ? code.name : "\(code): \(message)" }
}
