// SPDX-License-Identifier: Apache-2.0

/// How a registry that is being watched tells what has changed. May be used from any thread.
public struct ChangeFeed: Sendable {
    private let deliver: @Sendable (Change) -> Void

    /// A feed that hands each change to `deliver`.
    public init(_ deliver: @escaping @Sendable (Change) -> Void) { self.deliver = deliver }

    public func callAsFunction(_ change: Change) { deliver(change) }
}
