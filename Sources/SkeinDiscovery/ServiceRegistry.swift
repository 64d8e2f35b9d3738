// SPDX-License-Identifier: Apache-2.0

/// A place where servers make themselves known and clients find them: etcd, Consul, ZooKeeper …
///
/// Conformances only speak the registry's protocol, one exchange at a time. When to do what, for how long, and what to
/// make of failures, is decided once for all of them: `LeaseMachine`, `WatchMachine`, `ListGuard`. So the methods below
/// throw at the first thing that goes wrong, and are called again; they keep to the caller's cancellation; and none of
/// them remembers instances. They may be called at the same time from several tasks.
///
/// To add one: conform, and register it in a `RegistryCatalog`; its targets start with one of `schemes`.
public protocol ServiceRegistry: Sendable {
    /// The URI schemes of its targets, in lower case.
    static var schemes: [String] { get }

    /// The port of a registry's host that is named without one.
    static var defaultPort: Int { get }

    /// Whether the registry's servers stand behind `//` in its targets. Default: yes.
    static var namesServers: Bool { get }

    /// Takes a target apart: where the registry is, and which service is meant. Default: the service is the last part
    /// of the path. Throws when no service is named.
    static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String)

    /// Checks the location and starts nothing: no I/O, no tasks.
    init(_ location: RegistryTarget, _ context: RegistryContext) throws

    /// What is particular to this registry in how it is watched and registered in.
    var traits: RegistryTraits { get }

    /// The instances of a service as they are now, with the place in the registry's history from where `watch` goes
    /// on. A service that nobody registered in has no instances; that is no error.
    nonisolated(nonsending) func list(_ service: String) async throws -> Listing

    /// Tells of every change after `revision` until it is cancelled, or returns or throws when it cannot go on: then
    /// the service is listed anew. Returning means that there is a gap in the history, throwing that something is
    /// wrong. A registry that cannot tell of changes only waits: it is listed as often as its traits say.
    nonisolated(nonsending) func watch(_ service: String, after revision: Revision, _ feed: ChangeFeed) async throws

    /// Makes an instance known for `ttl`, or replaces what is known under its id.
    nonisolated(nonsending) func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID

    /// Lets the instance be known for another `ttl`; `lost` when the registry does not know the lease any more.
    nonisolated(nonsending) func renew(
        _ lease: LeaseID, of instance: ServiceInstance, ttl: Duration
    ) async throws -> Renewal

    /// Makes the instance unknown. One that is unknown already is no error.
    nonisolated(nonsending) func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws

    /// Ends its connections. Calls after that open them again.
    nonisolated(nonsending) func close() async
}

extension ServiceRegistry {
    public static var namesServers: Bool { true }

    public static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String) {
        try target.splittingLastPart()
    }

    public nonisolated(nonsending) func watch(
        _ service: String, after revision: Revision, _ feed: ChangeFeed
    ) async throws {
        try await Never.untilCancelled()
    }

    public nonisolated(nonsending) func close() async {}
}

/// What a registry calls one registration: a lease's number, a session, a key.
public struct LeaseID: Sendable, Hashable {
    public var text: String

    public init(_ text: String) { self.text = text }
}

/// What became of a lease that was to be renewed.
public enum Renewal: Sendable, Hashable {
    case renewed
    /// The registry does not know it any more: the instance is registered anew.
    case lost
}

/// A place in a registry's history: etcd's revision, Consul's index, Kubernetes' resource version. Empty where a
/// registry has none.
public struct Revision: Sendable, Hashable {
    public var text: String

    public init(_ text: String = "") { self.text = text }
}

/// The instances of a service at one moment.
public struct Listing: Sendable, Hashable {
    public var instances: [ServiceInstance]
    public var revision: Revision
    /// For people: what is odd about the list, e.g. that it is empty because the token may read nothing.
    public var note: String

    public init(_ instances: [ServiceInstance], revision: Revision = Revision(), note: String = "") {
        self.instances = instances
        self.revision = revision
        self.note = note
    }
}

/// What happened in a registry since it was listed.
public enum Change: Sendable, Hashable {
    /// The whole list, anew.
    case listed(Listing)
    /// Instances that came or became different, and ids that went.
    case updated([ServiceInstance], removed: [String])
    /// Something; the service has to be listed to know what.
    case stale
}
