// SPDX-License-Identifier: Apache-2.0

/// Who is at the other end of a connection.
public struct Peer: Sendable, Hashable {
    public var address: EndpointAddress

    public init(address: EndpointAddress) { self.address = address }
}

extension Peer: CustomStringConvertible {
    public var description: String { address.description }
}
