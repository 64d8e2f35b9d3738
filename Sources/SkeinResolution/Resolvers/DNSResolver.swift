// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `dns:///host:port`: one endpoint for each address of the host. `dns://10.0.0.53,10.0.0.54/host:port` asks these name
/// servers.
///
/// Looks again when the answer's time is over (`?refresh=10s`, `?refresh=off`) and when the channel asks. A number
/// instead of a name is its own answer.
package struct DNSResolver: Resolver {
    package static let schemes = ["dns"]

    /// Name servers that show some of their addresses at a time are many.
    private static let missesUntilDropped = 3

    private let target: Target
    private let host: HostPort
    private let parameters: DNSParameters
    private let context: ResolverContext

    package init(_ target: Target, _ context: ResolverContext) throws {
        // `dns://greeter:1` names a name server and nobody to ask it for.
        if target.path.isEmpty { try target.allowNoAuthority() }
        try target.allowQuery(["config", "refresh"])
        parameters = try DNSParameters(target)
        host = try target.hostPort(target.path[...], defaultPort: context.defaultPort)
        self.target = target
        self.context = context
    }

    package nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        if let address = host.address {
            updates.publish(Resolution([Endpoint(address)], note: "\(target)"))
            return
        }
        let client = parameters.client(context)
        let lookup = parameters.servers.isEmpty ? context.lookup : RemoteHostLookup(client: client)
        let config = parameters.config(client, context)
        let poll = DNSPoll(
            target: target, refresh: parameters.refresh, missesUntilDropped: DNSResolver.missesUntilDropped,
            context: context)
        try await poll.run(updates) {
            let answer = try await lookup.answer(for: host.host, port: host.port)
            return DNSFinding(
                endpoints: answer.addresses.map { Endpoint($0) }, validFor: answer.validFor,
                isComplete: answer.isComplete, denial: answer.denial,
                serviceConfig: answer.denial == nil ? try await config?.config(of: answer.name ?? host.host) : nil)
        }
    }
}
