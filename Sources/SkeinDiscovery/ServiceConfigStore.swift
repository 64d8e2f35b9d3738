// SPDX-License-Identifier: Apache-2.0

/// A service registry that can hold service configs, too: `?config=KEY` of its targets.
///
/// A registry that conforms lists `config` among the parameters of its targets. As with instances, it only speaks the
/// protocol: when a text is read again is decided by `WatchMachine`.
public protocol ServiceConfigStore: ServiceRegistry {
    /// The text under `key` as it is now, with the place in the registry's history from where `watchText` goes on.
    nonisolated(nonsending) func text(at key: String) async throws -> StoredText

    /// Returns when the text may have changed since `revision`: it is read again then. Throws when something is wrong.
    /// Default: waits; the text is read as often as the registry's traits say.
    nonisolated(nonsending) func watchText(at key: String, after revision: Revision) async throws
}

extension ServiceConfigStore {
    public nonisolated(nonsending) func watchText(at key: String, after revision: Revision) async throws {
        try await Never.untilCancelled()
    }
}

/// What stands under a key of a registry.
public struct StoredText: Sendable, Hashable {
    /// `nil`: there is no such key.
    public var text: String?
    public var revision: Revision

    public init(_ text: String?, revision: Revision = Revision()) {
        self.text = text
        self.revision = revision
    }
}
