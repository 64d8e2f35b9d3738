// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// What a resolver found: the endpoints behind a target and, if it knows one, the service config.
public struct Resolution: Sendable {
    /// The whole list; it replaces the one before.
    public var endpoints: [Endpoint]
    /// `nil`: the resolver knows of none, and the channel's own holds. A failure keeps the last good config.
    public var serviceConfig: Result<ServiceConfig, ConfigurationError>?
    /// For people: where the list comes from. It stands in errors about the list.
    public var note: String
    /// How many clients share the endpoints, if the resolver knows: policies that use a part of them go by it.
    public var clients: Int?

    /// The whole list of endpoints, in the order of preference for policies that have one.
    public init(_ endpoints: [Endpoint], serviceConfig: ServiceConfig? = nil, note: String = "") {
        self.endpoints = endpoints
        self.serviceConfig = serviceConfig.map { .success($0) }
        self.note = note
    }
}
