// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// From which of this machine's addresses packets to another machine go.
enum LocalRoute {
    /// The local address of the route to the first of `nodes` that has one. Where none are named, the registry is on
    /// this machine.
    static nonisolated(nonsending) func address(
        towards nodes: [RegistryTarget.Node], _ lookup: any AddressLookup
    ) async -> EndpointAddress? {
        if nodes.isEmpty { return .ipv4("127.0.0.1", port: 0) }
        for node in nodes {
            guard let remote = try? await lookup.addresses(of: node.host, port: node.port).first,
                let host = await SourceAddress.towards(remote.host, port: node.port)
            else { continue }
            return EndpointAddress.isIPv4(host) ? .ipv4(host, port: 0) : .ipv6(host, port: 0)
        }
        return nil
    }
}
