// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What `dns:` and `dns+srv:` targets have in common: name servers before the path, and parameters behind it.
struct DNSParameters: Sendable {
    /// As many as a target may name.
    private static let maxServers = 8

    var refresh: DNSSchedule.Refresh
    /// The service config is looked for in a TXT record.
    var readsConfig: Bool
    /// Who is asked instead of the machine's name servers; empty: nobody.
    var servers: [HostPort]

    init(_ target: Target) throws(ConfigurationError) {
        refresh = try DNSParameters.refresh(target)
        switch target.query["config"] {
        case nil, "off": readsConfig = false
        case "txt": readsConfig = true
        case let value?: throw DNSParameters.error(target, "config", value, "\"txt\" or \"off\"")
        }
        servers = try target.servers(target.authority[...], defaultPort: DNSConfiguration.port)
        guard servers.count <= DNSParameters.maxServers else {
            throw DNSParameters.error(
                target, "the list of name servers", target.authority, "at most \(DNSParameters.maxServers)")
        }
    }

    private static func refresh(_ target: Target) throws(ConfigurationError) -> DNSSchedule.Refresh {
        guard let text = target.query["refresh"] else { return .automatic }
        if text == "off" { return .onRequest }
        guard let interval = DurationText.parse(text), interval >= .seconds(1) else {
            throw error(target, "refresh", text, "\"off\" or at least 1s, such as \"30s\"")
        }
        return .every(interval)
    }

    private static func error(
        _ target: Target, _ name: String, _ value: String, _ expected: String
    ) -> ConfigurationError {
        ConfigurationError(
            "read target \(JSONValue.quoted(target.description)): \(name) is \(JSONValue.quoted(value)):"
                + " expected \(expected)")
    }

    /// Who is asked.
    func client(_ context: ResolverContext) -> DNSClient {
        servers.isEmpty ? context.nameServers : DNSClient(servers, context.lookup)
    }

    /// What looks for the service config; `nil` when nobody wants to know.
    func config(_ client: DNSClient, _ context: ResolverContext) -> ConfigLookup? {
        guard readsConfig else { return nil }
        var random = SplitMix64(seed: context.seed)
        let percentile = Int.random(in: 0..<100, using: &random)
        return ConfigLookup(
            client: client, fits: ConfigRecord.Client(hostName: MachineName.current ?? "", percentile: percentile))
    }
}
