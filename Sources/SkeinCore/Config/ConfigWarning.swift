// SPDX-License-Identifier: Apache-2.0

/// Something in a config that has no effect, though it may have been meant to.
package struct ConfigWarning: Sendable, Hashable, CustomStringConvertible {
    /// The place, the path, what is wrong and what may have been meant.
    package let description: String

    package init(_ value: JSONValue, _ message: String) { description = value.error(message).description }
}
