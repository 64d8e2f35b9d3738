// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// Decides which subchannels a channel has and which of them a call goes to.
///
/// A policy is a value that is told what happened and says, through `out`, what to do: no clock, no randomness, no
/// tasks, no locks. Its channel calls it from one place at a time and acts after it has returned. A policy that only
/// chooses among ready endpoints conforms to `EndpointPolicy` instead, which needs one method.
///
/// A call waits until the first picker is published. Every published picker is used, from many threads, until the next
/// one is; a picker need not notice that a subchannel is gone, since a pick of one that is not ready waits for the next
/// picker.
public protocol LoadBalancingPolicy: Sendable {
    associatedtype Configuration: LoadBalancingConfiguration

    /// How configs name it, in snake case, e.g. `round_robin`.
    static var name: String { get }

    /// Whether an endpoint whose calls fail, unlike those of the others, is kept from it for a while: it then looks as if
    /// its connection had failed. For policies that send most calls to whoever answers fastest.
    static var ejectsFailing: Bool { get }

    /// `seed` differs from channel to channel: what a policy does by chance, it derives from it.
    init(_ configuration: Configuration, seed: UInt64)

    /// The resolver answered. Called first of all, and again with every later answer, changed or not. With no endpoint
    /// a policy publishes `transientFailure` with an error that says so.
    mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions)

    /// The configuration changed; the endpoints have not.
    mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions)

    /// The resolver has no answer. A policy that has endpoints keeps them; one without publishes `transientFailure`.
    mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions)

    /// A subchannel changed: idle → connecting on `connect`; connecting → ready or transient failure; transient failure
    /// → idle after its backoff; ready → idle when its connection ends. Ready → transient failure, and back to ready at
    /// any time, for one that is ejected or whose server says that it does not serve (gRFC A17): it keeps its connection,
    /// but no call may go there. Not called once it was shut down.
    mutating func subchannel(_ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions)

    /// A server reported its load.
    mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions)

    /// Attempts on a subchannel have ended in a way that is its endpoint's fault, such as `unavailable`: several since
    /// it was last said are said once.
    mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions)

    /// A timer that the policy scheduled is due.
    mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions)

    /// Tells what the policy is and why endpoints cannot be chosen, for people. Default: its name.
    func describe(_ account: inout PolicyAccount)

    /// A call waits, or the application asks to connect, while the policy has published `idle`: connect.
    mutating func exitIdle(_ out: inout PolicyActions)
}

extension LoadBalancingPolicy {
    public static var ejectsFailing: Bool { false }
    public mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {}
    public mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {}
    public mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {}
    public mutating func exitIdle(_ out: inout PolicyActions) {}
    public func describe(_ account: inout PolicyAccount) { account.name(Self.name) }
}

/// What can be set about a policy, in code or in a service config.
public protocol LoadBalancingConfiguration: Sendable, Hashable {
    /// The defaults.
    init()
    /// Reads a policy's config, e.g. `{"shuffleAddressList": true}`. Throws for a field that is invalid.
    init(reading fields: inout ConfigFields) throws(ConfigurationError)
}

/// The configuration of a policy about which nothing can be set.
public struct NoConfiguration: LoadBalancingConfiguration {
    public init() {}
    public init(reading fields: inout ConfigFields) throws(ConfigurationError) {}
}
