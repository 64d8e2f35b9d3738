// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `dns:///host:port`: one endpoint for each address of the host.
///
/// Looks again every 30 s (`?refresh=10s`, `?refresh=off`) and when the channel asks. A number instead of a name is
/// its own answer.
package struct DNSResolver: Resolver {
    package static let schemes = ["dns"]

    private let target: Target
    private let host: HostPort
    private let refresh: Duration?
    private let context: ResolverContext

    package init(_ target: Target, _ context: ResolverContext) throws {
        // gRPC lets the authority name a DNS server; the system's lookup cannot ask one in particular.
        try target.allowNoAuthority()
        try target.allowQuery(["refresh"])
        refresh = try DNSResolver.refresh(target)
        host = try target.hostPort(target.path[...], defaultPort: context.defaultPort)
        self.target = target
        self.context = context
    }

    private static func refresh(_ target: Target) throws(ConfigurationError) -> Duration? {
        guard let text = target.query["refresh"] else { return DNSSchedule.defaultRefresh }
        if text == "off" { return nil }
        guard let interval = DurationText.parse(text), interval >= .seconds(1) else {
            throw ConfigurationError(
                "read target \(JSONValue.quoted(target.description)): refresh is \(JSONValue.quoted(text)):"
                    + " expected \"off\" or at least 1s, such as \"30s\"")
        }
        return interval
    }

    package nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        if let address = host.address {
            updates.publish(Resolution([Endpoint(address)], note: "\(target)"))
            return
        }
        var known = AddressRetention()
        var schedule = DNSSchedule(refresh: refresh, seed: context.seed)
        var wasRequested = false
        while true {
            let outcome = try await lookUp(&known, updates)
            let pause = schedule.pause(after: outcome, wasRequested: wasRequested)
            try await context.clock.sleep(for: pause.quiet)
            // A lookup that follows a failure is nobody's request.
            let isListening = pause.listening != .zero
            wasRequested = isListening ? try await updates.waitForRefresh(atMost: pause.listening) : false
        }
    }

    private nonisolated(nonsending) func lookUp(
        _ known: inout AddressRetention, _ updates: ResolutionUpdates
    ) async throws -> DNSSchedule.Outcome {
        do {
            let answer = try await context.lookup.addresses(of: host.host, port: host.port)
            let endpoints = known.absorb(answer).map { Endpoint($0) }
            return updates.publish(Resolution(endpoints, note: "\(target)")) ? .accepted : .failed
        } catch let error as RPCError {
            updates.publish(error)
            return .failed
        }
    }
}
