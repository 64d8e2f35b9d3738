// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What the resolver found: all endpoints there are now, in its order. An endpoint may occur twice.
public struct EndpointUpdate: Sendable {
    public var endpoints: [Endpoint]
    /// What the resolver says about this answer; it becomes part of the errors of a policy that has no endpoint.
    public var note: String
    /// How many clients share the endpoints, if the resolver knows.
    public var clients: Int?

    public init(_ endpoints: [Endpoint], note: String = "", clients: Int? = nil) {
        self.endpoints = endpoints
        self.note = note
        self.clients = clients
    }

    /// The same answer with other endpoints.
    func with(_ endpoints: [Endpoint]) -> EndpointUpdate {
        EndpointUpdate(endpoints, note: note, clients: clients)
    }
}

extension EndpointUpdate {
    /// What a call fails with when there is nothing to choose from.
    package var emptyError: RPCError {
        RPCError(.unavailable, "pick an endpoint: the resolver found none" + (note.isEmpty ? "" : " (\(note))"))
    }
}
