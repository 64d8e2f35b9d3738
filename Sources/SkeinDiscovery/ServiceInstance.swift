// SPDX-License-Identifier: Apache-2.0
internal import SkeinResolution

/// One server of a service, as a service registry knows it.
public struct ServiceInstance: Sendable, Hashable {
    /// The service's name in the registry, e.g. `greeter`.
    public var service: String
    /// Names the instance within its service. The same server keeps it when it registers again.
    public var id: String
    /// An IP address, without brackets, or a host name, where clients reach it.
    public var host: String
    public var port: Int
    /// Its share relative to the other instances.
    public var weight: UInt32 = 1
    /// 0 is the highest; for policies that fail over.
    public var priority: UInt8 = 0
    public var zone = ""
    public var version = ""
    public var tags: [String] = []
    /// Anything else. The registry's own format decides how it is kept; a registry without a place for it drops it.
    public var metadata: [String: String] = [:]
    /// How the registry finds out whether it lives, beside the lease; for registries that look themselves (Consul).
    public var healthCheck: HealthCheck?

    /// An instance; its id is `host:port` unless given.
    public init(service: String, id: String? = nil, host: String, port: Int) {
        self.service = service
        self.host = host
        self.port = port
        self.id = id ?? HostPort(host: host, port: port).description
    }

    /// `host:port`, with brackets around an IPv6 address.
    public var address: String { HostPort(host: host, port: port).description }
}
