// SPDX-License-Identifier: Apache-2.0
import Skein

/// `rota:///a:1/b:2/c:3?milliseconds=500`: one server at a time is on duty, each for as long as the next.
struct RotaResolver: Resolver {
    static let schemes = ["rota"]

    private let servers: [EndpointAddress]
    private let shift: Duration
    private let context: ResolverContext

    init(_ target: Target, _ context: ResolverContext) throws {
        try target.allowNoAuthority()
        try target.allowQuery(["milliseconds"])
        var servers: [EndpointAddress] = []
        var offset = 0
        for word in target.path.split(separator: "/", omittingEmptySubsequences: false) {
            guard let address = EndpointAddress(String(word)) else {
                throw target.error(at: offset, expected: "an IP address and port such as 10.0.0.7:443")
            }
            servers.append(address)
            offset += word.count + 1
        }
        let milliseconds = target.query["milliseconds"] ?? "1000"
        guard let length = Int(milliseconds), length > 0 else {
            throw ConfigurationError(
                "read target \"\(target)\": milliseconds is \"\(milliseconds)\": expected a whole number from 1")
        }
        self.servers = servers
        shift = .milliseconds(length)
        self.context = context
    }

    /// Calls are for the rota as a whole, whoever is on duty.
    static func serviceAuthority(of target: Target) -> String { "rota" }

    func run(_ updates: ResolutionUpdates) async throws {
        var turn = 0  // not a property: a run that was cancelled may still be ending while the next one begins
        while true {
            updates.publish(Resolution([Endpoint(servers[turn % servers.count])], note: "shift \(turn + 1)"))
            try await context.clock.sleep(for: shift)
            turn += 1
        }
    }
}
