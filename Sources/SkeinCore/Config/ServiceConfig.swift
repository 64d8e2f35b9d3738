// SPDX-License-Identifier: Apache-2.0

/// What the owner of a service tells its clients: how to balance, and limits for its methods
/// (grpc/doc/service_config.md, gRFCs A21 and A24).
public struct ServiceConfig: Sendable, Hashable {
    /// The policies to choose from: the first that is registered is used. Empty: the channel's own.
    public var loadBalancing: [LoadBalancing]
    /// Limits by method; the entry that names a method most closely holds, alone.
    public var methods: [MethodConfig]
    /// The service whose health decides whether a server gets calls (gRFC A17); `nil`: connections alone decide.
    public var healthCheckedService: String?
    /// How many connections one server may be given when its streams are used up (gRFC A105).
    public var maxConnectionsPerSubchannel: Int

    /// When nothing is tried again any more; `nil`: tries are not counted.
    public var retryThrottling: RetryThrottling?

    /// What has no effect in the text that it was read from, beside what is inside of policies.
    package private(set) var unread = ConfigWarnings()

    /// A config made in code. Whether it is valid is found when a channel uses it.
    public init(
        loadBalancing: LoadBalancing..., methods: [MethodConfig] = [], retryThrottling: RetryThrottling? = nil,
        healthCheckedService: String? = nil, maxConnectionsPerSubchannel: Int = 1
    ) {
        self.loadBalancing = loadBalancing
        self.methods = methods
        self.retryThrottling = retryThrottling
        self.healthCheckedService = healthCheckedService
        self.maxConnectionsPerSubchannel = maxConnectionsPerSubchannel
    }

    /// Reads a config as gRPC writes it. Unknown fields are ignored; a known field that is invalid makes the whole
    /// config invalid, with an error that names its line, its path and what was expected.
    public init(json: String) throws(ConfigurationError) {
        try self.init(JSONValue(parsing: json))
    }

    /// - Parameter reading: is told which fields are known.
    package init(_ json: JSONValue, reading: ConfigReading = .init()) throws(ConfigurationError) {
        self.init()
        var fields = try ConfigFields(json, reading: reading)
        loadBalancing = try fields.policies("loadBalancingConfig")
        // The field that `loadBalancingConfig` replaced: a name alone, in any case.
        let oldName = try fields.string("loadBalancingPolicy", default: "")
        if loadBalancing.isEmpty, !oldName.isEmpty { loadBalancing = [LoadBalancing(policy: oldName.lowercased())] }
        methods = try ServiceConfig.methods(&fields)
        if var throttling = try fields.object("retryThrottling") {
            retryThrottling = try RetryThrottling(reading: &throttling)
        }
        if var health = try fields.object("healthCheckConfig"), health.contains("serviceName") {
            healthCheckedService = try health.string("serviceName", default: "")
        }
        if var scaling = try fields.object("connectionScaling") {
            maxConnectionsPerSubchannel = try scaling.int(
                "maxConnectionsPerSubchannel", default: 1, in: ServiceConfig.connections)
        }
        unread.list = reading.unread(in: json)
    }

    private static let connections = 1...Int(UInt32.max)

    /// Throws for what is not valid: what was made in code is read like a text. The policies' own configurations are
    /// for their registry to check.
    package func validate() throws(ConfigurationError) {
        _ = try ServiceConfig(
            JSONValue(
                .members([
                    "methodConfig": .list(methods.map(\.json)), "retryThrottling": retryThrottling?.json,
                    "connectionScaling": .members([
                        "maxConnectionsPerSubchannel": .integer(maxConnectionsPerSubchannel)
                    ]),
                ])))
    }

    private static func methods(_ fields: inout ConfigFields) throws(ConfigurationError) -> [MethodConfig] {
        var methods: [MethodConfig] = []
        var seen: Set<MethodConfig.Name> = []
        for var entry in try fields.objects("methodConfig") {
            let method = try MethodConfig(reading: &entry)
            for name in method.names where !seen.insert(name).inserted {
                throw entry.problem("name lists \(name) again: expected each method once in the config")
            }
            // An entry without names is for no method.
            if !method.names.isEmpty { methods.append(method) }
        }
        return methods
    }

    /// What applies to `method`: the entry that names it, else its service, else all methods.
    package func config(for method: MethodDescriptor) -> MethodConfig? {
        var best: (config: MethodConfig, rank: Int)?
        for config in methods {
            for name in config.names {
                guard let rank = name.rank(for: method), rank > best?.rank ?? -1 else { continue }
                best = (config, rank)
            }
        }
        return best?.config
    }
}

extension MethodConfig.Name {
    /// How closely the name fits: 2 the method, 1 its service, 0 all methods; `nil` when it does not.
    fileprivate func rank(for descriptor: MethodDescriptor) -> Int? {
        if service.isEmpty { return 0 }
        guard service == descriptor.service else { return nil }
        if method.isEmpty { return 1 }
        return method == descriptor.name ? 2 : nil
    }
}
