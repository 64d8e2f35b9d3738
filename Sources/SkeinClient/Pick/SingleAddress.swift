// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The only address of a target: it may be a virtual one, which balancing sees as one server.
struct SingleAddress: CustomStringConvertible {
    let endpoint: Endpoint.Identity
    private let address: EndpointAddress

    /// `nil` when there are several, or none, or it is a Unix socket, or has several connections.
    init?(of endpoints: [Endpoint], connections: Int) {
        guard connections == 1, endpoints.count == 1, endpoints[0].addresses.count == 1,
            let address = endpoints[0].addresses.first, address.port != nil
        else { return nil }
        endpoint = endpoints[0].identity
        self.address = address
    }

    var description: String {
        """
        a single address, \(address); if that is a virtual one, as of a Kubernetes ClusterIP service, calls are \
        balanced only over several connections: see connectionsPerEndpoint
        """
    }
}
