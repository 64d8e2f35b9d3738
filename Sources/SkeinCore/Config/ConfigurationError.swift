// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a target, an option, a config or a file: the value, the place, what was expected.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
