// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `ipv4:10.0.0.7:443,10.0.0.8:443` and `ipv6:[::1]:443,[::2]:443`: one endpoint for each address, never changing.
package struct AddressListResolver: Resolver {
    package static let schemes = ["ipv4", "ipv6"]

    private let resolution: Resolution

    package init(_ target: Target, _ context: ResolverContext) throws {
        try target.allowNoAuthority()
        try target.allowQuery([])
        var endpoints: [Endpoint] = []
        for part in target.path.split(separator: ",", omittingEmptySubsequences: false) {
            let address = try target.hostPort(part, defaultPort: context.defaultPort).address
            switch address?.kind {
            case .ipv4 where target.scheme == "ipv4", .ipv6 where target.scheme == "ipv6":
                endpoints.append(contentsOf: address.map { [Endpoint($0)] } ?? [])
            default:
                let example = target.scheme == "ipv4" ? "10.0.0.7:443" : "[::1]:443"
                throw target.error(at: target.offset(of: part), expected: "a number such as \(example)")
            }
        }
        resolution = Resolution(endpoints, note: "\(target)")
    }

    package nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        updates.publish(resolution)
    }
}

extension Target {
    /// Reads a part of `path`; errors point into the target.
    func hostPort(_ part: Substring, defaultPort: Int) throws(ConfigurationError) -> HostPort {
        do throws(HostPort.Problem) {
            return try HostPort(part, defaultPort: defaultPort)
        } catch {
            throw self.error(at: offset(of: part) + error.offset, expected: error.expected)
        }
    }

    /// Where a slice of `path` starts in it.
    func offset(of part: Substring) -> Int { part.base.distance(from: part.base.startIndex, to: part.startIndex) }
}
