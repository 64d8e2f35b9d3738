// SPDX-License-Identifier: Apache-2.0

/// What is particular to a service registry in how it is watched and registered in.
public struct RegistryTraits: Sendable, Hashable {
    /// Whether `watch` tells of changes. A registry that does not is listed, too, when a connection was lost.
    public var tellsChanges: Bool
    /// The least and the most time between two lists that nothing asked for, drawn evenly: a safety net under a watch
    /// (4 to 6 minutes by default), and all there is for a registry that does not tell of changes.
    public var pollInterval: ClosedRange<Duration>
    /// How long one exchange may take.
    public var timeout: Duration
    /// How long a registration holds without being renewed, unless the application says otherwise. It is renewed after
    /// a third of that.
    public var ttl: Duration
    /// How long it takes until every client has heard that an instance is gone; a server that shuts down serves on for
    /// so long.
    public var propagation: Duration
    /// Whether a list that is suddenly shorter by more than half is taken in steps: for registries that lose their
    /// memory, or answer an unknown token with less.
    public var guardsShrinking: Bool
    /// Why nothing can be registered, and what to do instead; `nil` where servers register.
    public var readOnlyReason: String?

    public init(
        tellsChanges: Bool = true, pollInterval: ClosedRange<Duration> = .seconds(240)...(.seconds(360)),
        timeout: Duration = .seconds(10), ttl: Duration = .seconds(15), propagation: Duration = .seconds(2),
        guardsShrinking: Bool = false
    ) {
        self.tellsChanges = tellsChanges
        self.pollInterval = pollInterval
        self.timeout = timeout
        self.ttl = ttl
        self.propagation = propagation
        self.guardsShrinking = guardsShrinking
    }
}
