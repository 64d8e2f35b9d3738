// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// A load balancing policy that keeps a connection to every endpoint and chooses among the ready ones.
///
/// Connecting, reconnecting, waiting, failing and asking the resolver again are done for it by `Sharded`.
public protocol EndpointPolicy: Sendable {
    associatedtype Configuration: LoadBalancingConfiguration = NoConfiguration
    associatedtype EndpointPicker: Picker

    /// How configs name it, in snake case, e.g. `round_robin`.
    static var name: String { get }

    /// Whether an endpoint whose calls fail, unlike those of the others, is kept from it for a while: it then looks as if
    /// it was not ready. For policies that send most calls to whoever answers fastest. `false` by default.
    static var ejectsFailing: Bool { get }

    /// `seed` differs from channel to channel: what a policy does by chance, it derives from it.
    init(_ configuration: Configuration, seed: UInt64)

    /// The configuration has changed. By default the policy is made anew.
    mutating func reconfigure(_ configuration: Configuration, seed: UInt64)

    /// Called when the ready endpoints have changed, and only with at least one; in no particular order. With many
    /// endpoints several changes may be taken together, within milliseconds; an endpoint that is not ready
    /// any more is not picked meanwhile, since a pick that comes to it is repeated.
    mutating func makePicker(over ready: [ReadyEndpoint]) -> EndpointPicker
}

extension EndpointPolicy {
    public static var ejectsFailing: Bool { false }
    public mutating func reconfigure(_ configuration: Configuration, seed: UInt64) {
        self = Self(configuration, seed: seed)
    }
}

/// An endpoint with a connection that can take calls.
public struct ReadyEndpoint: Sendable {
    /// What a picker returns to choose it.
    public let id: SubchannelID
    /// What this channel knows of its load: live, so a picker may look at it during a pick.
    public let load: EndpointLoad

    package init(id: SubchannelID, load: EndpointLoad) {
        self.id = id
        self.load = load
    }

    public var endpoint: Endpoint { load.endpoint }
}
