// SPDX-License-Identifier: Apache-2.0

/// A check that a service registry makes by itself.
public struct HealthCheck: Sendable, Hashable {
    /// What is looked at.
    public enum Probe: Sendable, Hashable {
        /// A GET of the URL: 200…299 passes, 429 warns.
        case http(url: String)
        /// A connection to `host:port`.
        case tcp(address: String)
        /// `grpc.health.v1.Health/Check` at `host:port` or `host:port/service`.
        case grpc(address: String, tls: Bool)
        /// A program on the registry's agent: 0 passes, 1 warns.
        case script(arguments: [String])
    }

    /// How an instance stands.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case passing, warning, critical
    }

    public var probe: Probe
    /// How often it is looked at.
    public var interval: Duration
    /// How long one look may take.
    public var timeout: Duration
    /// How the instance stands until it was looked at. Default: what is usual for the registry; Consul's is `critical`.
    public var initialStatus: Status?
    /// How long it may be critical until the registry removes it. Default: as long as its lease holds.
    public var deregisterAfter: Duration?

    public init(
        _ probe: Probe, interval: Duration = .seconds(10), timeout: Duration = .seconds(10),
        initialStatus: Status? = nil, deregisterAfter: Duration? = nil
    ) {
        self.probe = probe
        self.interval = interval
        self.timeout = timeout
        self.initialStatus = initialStatus
        self.deregisterAfter = deregisterAfter
    }
}
