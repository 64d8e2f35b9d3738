// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
public import ServiceLifecycle
public import SkeinCore
public import SkeinResolution
public import SkeinTransport

/// A way to a service: finds its servers, keeps connections to them, and chooses one for every call.
///
/// A channel is lazy: it resolves and connects with its first call, and needs nobody to run it. It is made once and
/// shared. When it is no longer referred to, it shuts down.
public final class Channel: Sendable {
    let core: ChannelCore

    /// - Parameters:
    ///   - target: what to connect to, e.g. `dns:///greeter.internal:50051`; see `Target`.
    ///   - security: `.plaintext`, or `.tls()`.
    /// - Throws: `ConfigurationError` for a target, a policy or an option that can never work.
    public init(
        _ target: String, security: TransportSecurity, options: ChannelOptions = .init()
    ) throws(ConfigurationError) {
        core = try ChannelCore(target, security, options)
    }

    /// A channel whose connections are not made as usual.
    package init(
        _ target: String, options: ChannelOptions = .init(), connecting: (inout Connector) -> Void
    ) throws(ConfigurationError) {
        core = try ChannelCore(target, .plaintext, options, connecting: connecting)
    }

    deinit { core.balancer.post(.shutDown(grace: .seconds(0), nil)) }

    public var target: Target { core.target }

    public var state: ConnectivityState { core.states.current }

    /// The current state, then every change; ends with `shutdown`. A reader that is slow may miss states.
    public var states: some AsyncSequence<ConnectivityState, Never> & Sendable { core.states.watch() }

    /// Leaves idle without a call.
    public func connect() { core.balancer.post(.wanted) }

    /// Takes no more calls, waits until those that run have ended, for `grace` at most, then cancels the rest and
    /// closes all connections.
    public func shutDown(grace: Duration = .seconds(30)) async {
        await withUnsafeContinuation { core.balancer.post(.shutDown(grace: grace, $0)) }
    }
}

extension Channel: ServiceLifecycle.Service {
    /// For a service group: waits for its graceful shutdown, then shuts the channel down.
    public func run() async throws {
        try? await gracefulShutdown()
        await shutDown()
    }
}
