// SPDX-License-Identifier: Apache-2.0

/// Something in a config that has no effect, though it may have been meant to.
package struct ConfigWarning: Sendable, Hashable, CustomStringConvertible {
    /// The place, the path, what is wrong and what may have been meant.
    package let description: String

    package init(_ value: JSONValue, _ message: String) { description = value.error(message).description }
}

/// Warnings beside what they are about: no part of what that is, so that all are equal.
package struct ConfigWarnings: Sendable, Hashable {
    package var list: [ConfigWarning] = []

    package static func == (a: ConfigWarnings, b: ConfigWarnings) -> Bool { true }
    package func hash(into hasher: inout Hasher) {}
}
