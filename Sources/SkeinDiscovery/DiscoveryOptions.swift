// SPDX-License-Identifier: Apache-2.0

/// How a channel uses what a service registry says.
public struct DiscoveryOptions: Sendable {
    /// How long a list that is suddenly empty is not believed. Default: 30 s.
    public var emptyHold: Duration = .seconds(30)
    /// How long a registry has to be silent until its instances count as unconfirmed: they are used as long as they are
    /// connected; one that lost its connection is connected again within an hour, or with a verified TLS identity.
    /// Default: 10 minutes.
    public var unconfirmedAfter: Duration = .seconds(600)
    /// A directory for the last good list of each target, so that an application can start while its registry is down.
    /// Targets that differ only in passwords or tokens share a list: give them different directories if they may see
    /// different instances. Default: none.
    public var cacheDirectory: String?
    /// Is told what becomes of the registries that are watched.
    public var observer: (any DiscoveryObserver)?

    public init() {}
}

/// Is told what becomes of the service registries that a channel watches. Called from any thread; must return quickly.
public protocol DiscoveryObserver: Sendable {
    /// Something is different from the last time: the list, or how far it can be trusted.
    func discoveryChanged(_ status: DiscoveryStatus)
}

/// How the list of a target stands.
public struct DiscoveryStatus: Sendable, Hashable {
    /// Without passwords and tokens.
    public var target: String
    /// How many instances the registry names.
    public var listed: Int
    /// How many more are used because its last list was suddenly empty or short.
    public var kept: Int
    /// How long the registry has not answered; `nil` when it has.
    public var unreachableFor: Duration?
    /// Why it has not.
    public var failure: String?
    /// Whether the list is one of an earlier run of the application.
    public var isCached: Bool
    /// What the registry's answer says of itself, such as that it may not be complete; empty: nothing.
    public var note: String

    /// For people, e.g. `12 instances, 3 of them kept; registry unreachable for 8 s: connect 10.0.0.7:2379: …`.
    public var description: String {
        var text = "\(listed + kept) instances"
        if kept > 0 { text += ", \(kept) of them kept" }
        if isCached { text += ", of an earlier run" }
        if let unreachableFor {
            text += "; registry unreachable for \(unreachableFor.components.seconds) s"
            if let failure { text += ": \(failure)" }
        }
        if !note.isEmpty { text += "; \(note)" }
        return text
    }
}
