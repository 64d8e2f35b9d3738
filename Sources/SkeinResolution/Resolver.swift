// SPDX-License-Identifier: Apache-2.0

/// Turns a target into the endpoints behind it, and keeps telling when they change.
///
/// A channel makes one resolver when it is created, so that a wrong target is reported at once, and runs it while the
/// channel is in use. To add one: conform, then `options.resolver(X.self)`; its targets start with one of `schemes`.
public protocol Resolver: Sendable {
    /// The URI schemes it serves, in lower case. A later registration of the same scheme replaces an earlier one.
    static var schemes: [String] { get }

    /// The `:authority` that calls to `target` carry unless the channel sets one. Default: the target's path,
    /// percent-encoded.
    static func serviceAuthority(of target: Target) -> String

    /// Checks the target and starts nothing: no I/O, no tasks. Throws a `ConfigurationError` for a target that can
    /// never be resolved; `target.error(at:expected:)` makes one that names the place.
    init(_ target: Target, _ context: ResolverContext) throws

    /// Publishes what is known, and again whenever it changes, until cancelled.
    ///
    /// Called in a task of its own when the channel leaves idle; cancelled when the channel goes idle or closes, and
    /// called again when it is used again, perhaps before the cancelled run has returned: so a run keeps its state in
    /// its own variables. It must not block its thread, and must return soon after it is cancelled; what it publishes
    /// from then on is ignored.
    ///
    /// Returning means that the last resolution stands for good. Throwing anything while not cancelled is the same as
    /// publishing the failure; the channel calls `run` again after a backoff.
    nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws
}

extension Resolver {
    public static func serviceAuthority(of target: Target) -> String { target.serviceAuthority }
}
