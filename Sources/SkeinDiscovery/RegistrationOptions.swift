// SPDX-License-Identifier: Apache-2.0

/// How a server is registered: `.init().with { $0.zone = "eu-1" }`.
public struct RegistrationOptions: Sendable {
    /// Where clients reach the server: a host or `host:port`. Default: `SKEIN_ADVERTISE`, else where the server listens,
    /// else the local address of the route to the registry.
    public var advertise: String?
    /// Default: the advertised address. The same server should keep it when it starts again.
    public var id: String?
    /// How long the registration holds when the server dies. Default: what is usual for the registry, mostly 15 s.
    public var ttl: Duration?
    /// How long a server that shuts down serves on after it was deregistered. Default: what it takes until clients of
    /// the registry have heard.
    public var propagation: Duration?
    /// Its share relative to the other instances.
    public var weight: UInt32 = 1
    /// 0 is the highest; for policies that fail over.
    public var priority: UInt8 = 0
    public var zone = ""
    public var version = ""
    public var tags: [String] = []
    public var metadata: [String: String] = [:]
    /// A check that the registry makes itself, where it can.
    public var healthCheck: HealthCheck?

    public init() {}

    /// The options with a change.
    public func with(_ change: (inout RegistrationOptions) -> Void) -> RegistrationOptions {
        var options = self
        change(&options)
        return options
    }

    func instance(of service: String, host: String, port: Int) -> ServiceInstance {
        var instance = ServiceInstance(service: service, id: id, host: host, port: port)
        (instance.weight, instance.priority, instance.zone) = (weight, priority, zone)
        (instance.version, instance.tags, instance.metadata) = (version, tags, metadata)
        instance.healthCheck = healthCheck
        return instance
    }
}
