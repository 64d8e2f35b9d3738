// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `dns+srv:///_grpc._tcp.greeter.prod`: the servers that a name's SRV records list (RFC 2782), with their ports,
/// weights and priorities. `dns+srv:///greeter.prod?port=grpc` is the same.
package struct DNSServiceResolver: Resolver {
    package static let schemes = ["dns+srv"]

    private let target: Target
    private let name: String
    private let parameters: DNSParameters
    private let context: ResolverContext

    /// The service without the labels of port and protocol: what a certificate is for.
    package static func serviceAuthority(of target: Target) -> String {
        let labels = target.path.split(separator: ".").drop { $0.hasPrefix("_") }
        return Target.serviceAuthority(of: labels.isEmpty ? target.path : labels.joined(separator: "."))
    }

    package init(_ target: Target, _ context: ResolverContext) throws {
        try target.allowQuery(["config", "port", "refresh"])
        parameters = try DNSParameters(target)
        name = try DNSServiceResolver.name(target)
        self.target = target
        self.context = context
    }

    private static func name(_ target: Target) throws(ConfigurationError) -> String {
        let path = target.path
        if let colon = path.firstIndex(of: ":") {
            throw target.error(
                at: path.distance(from: path.startIndex, to: colon), expected: "no port: the records have it")
        }
        _ = try target.hostPort(path[...], defaultPort: 1)
        let port = target.query["port"]
        guard path.hasPrefix("_") else {
            let full = "_\(port ?? "grpc")._tcp.\(path)"
            guard port?.contains(where: { $0 == "." || $0 == "_" }) != true, DNSName(full) != nil else {
                throw target.error(expected: "the name of a service, and of a port such as grpc")
            }
            return full
        }
        guard port == nil else {
            throw target.error(expected: "a service without a port, as there is a parameter port")
        }
        guard DNSName(path) != nil else { throw target.error(expected: "a name such as _grpc._tcp.greeter.prod") }
        return path
    }

    package nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        let client = parameters.client(context)
        let lookup = ServiceLookup(client: client)
        let config = parameters.config(client, context)
        // A list of records is never shown in parts, so what is not there is gone.
        let poll = DNSPoll(target: target, refresh: parameters.refresh, missesUntilDropped: 1, context: context)
        try await poll.run(updates) {
            var finding = try await lookup.find(name)
            if finding.denial == nil { finding.serviceConfig = try await config?.config(of: name) }
            return finding
        }
    }
}
