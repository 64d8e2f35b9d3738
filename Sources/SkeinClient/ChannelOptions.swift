// SPDX-License-Identifier: Apache-2.0
public import Logging
public import SkeinBalancing
public import SkeinCore
internal import SkeinHTTP2
public import SkeinResolution
public import SkeinTransport

/// How a channel behaves. Options chain: `.loadBalancing(.roundRobin).logger(logger)`.
public struct ChannelOptions: Sendable {
    /// What holds when the resolver brings no service config. Default: no limits. Where neither names a policy, it is
    /// `auto`.
    public var serviceConfig = ServiceConfig()
    /// Told about every call. Default: none, and then calls pay nothing for it.
    public var observers: [any CallObserver] = []
    /// Stand between the application and its calls, the first outermost. Default: none, at no cost.
    public var interceptors: [any ClientInterceptor] = []
    /// The policies that a service config may name.
    public var policies = LoadBalancingRegistry.builtIn
    /// The target schemes.
    public var resolvers = ResolverRegistry.builtIn
    /// What every call starts from.
    public var defaults = CallOptions()
    /// The `:authority` of requests. Default: the target's.
    public var authority: String?
    /// Put in front of the user agent.
    public var userAgent: String?
    /// A channel without a call for this long drops its connections and stops resolving (gRFC A62: 30 minutes).
    public var idleTimeout = Duration.seconds(30 * 60)
    /// How connections find out that a silent server is gone. Default: not before TCP does (gRFC A8).
    public var keepalive: Keepalive?
    /// Whether servers are asked for their health where the service config says so (gRFC A17).
    public var checksHealth = true
    /// Between connection attempts to one server.
    public var backoff = Backoff()
    /// The most bytes of response headers, counted as HTTP/2 does (RFC 9113 section 6.5.2).
    public var maxHeaderBytes = 16 << 10
    /// What calls may be compressed with, and what is offered to servers. Default: gzip and deflate; nothing is
    /// compressed unless a call, or `defaults`, asks for it.
    public var compressors = CompressorRegistry.builtIn
    /// Flow-control windows, in bytes: of each stream and of each connection.
    public var streamWindow = 1 << 20
    public var connectionWindow = 8 << 20
    /// How many connections each server gets, 1 to 16; calls are balanced over them as over servers. For targets with a
    /// virtual address, as of a Kubernetes ClusterIP service: every connection to it may lead to another server.
    /// `pick_first` uses one connection in any case.
    public var connectionsPerEndpoint = 1
    /// After this long, give or take a tenth, a connection is replaced by a new one, and closes when its calls have
    /// ended: so that a virtual address can lead elsewhere. Default: never.
    public var connectionRenewal: Duration?
    /// Where the channel reports connections made and lost. Default: nowhere, at no cost.
    public var logger: Logger?
    /// Which picks are explained and kept for `Channel.pickSamples`. Default: none.
    public var pickSampling: PickSampling?

    public init() {}

    private func with(_ change: (inout ChannelOptions) -> Void) -> ChannelOptions {
        var copy = self
        change(&copy)
        return copy
    }

    /// The same with the policy that is used where none is named.
    var withPolicy: ChannelOptions { serviceConfig.loadBalancing.isEmpty ? loadBalancing(.auto) : self }

    public func loadBalancing(_ policy: LoadBalancing) -> ChannelOptions {
        with { $0.serviceConfig.loadBalancing = [policy] }
    }
    public func serviceConfig(_ config: ServiceConfig) -> ChannelOptions { with { $0.serviceConfig = config } }
    public func observers(_ observers: any CallObserver...) -> ChannelOptions { with { $0.observers += observers } }
    public func interceptors(_ interceptors: any ClientInterceptor...) -> ChannelOptions {
        with { $0.interceptors += interceptors }
    }
    public func resolver<R: Resolver>(_ resolver: R.Type) -> ChannelOptions { with { $0.resolvers.register(resolver) } }
    public func endpoints(_ list: EndpointList, as name: String) -> ChannelOptions {
        with { $0.resolvers.register(list, as: name) }
    }
    public func policy<P: LoadBalancingPolicy>(_ policy: P.Type) -> ChannelOptions {
        with { $0.policies.register(policy) }
    }
    public func policy<P: EndpointPolicy>(_ policy: P.Type) -> ChannelOptions { with { $0.policies.register(policy) } }
    public func defaults(_ options: CallOptions) -> ChannelOptions { with { $0.defaults = options } }
    /// Who makes the calls, unless a call says otherwise.
    public func credentials(_ credentials: CallCredentials) -> ChannelOptions {
        with { $0.defaults.credentials = credentials }
    }
    public func idle(after timeout: Duration) -> ChannelOptions { with { $0.idleTimeout = timeout } }
    /// Intervals of less than 10 s are raised to it; servers close connections that ask too often.
    public func keepalive(
        every interval: Duration, timeout: Duration = .seconds(20), withoutCalls: Bool = false
    ) -> ChannelOptions {
        with { $0.keepalive = Keepalive(every: interval, timeout: timeout, withoutCalls: withoutCalls) }
    }
    public func backoff(_ backoff: Backoff) -> ChannelOptions { with { $0.backoff = backoff } }
    /// For virtual addresses: see `connectionsPerEndpoint` and `connectionRenewal`.
    public func connectionsPerEndpoint(_ count: Int, renewEvery interval: Duration? = .seconds(300)) -> ChannelOptions {
        with {
            $0.connectionsPerEndpoint = count
            $0.connectionRenewal = interval
        }
    }
    public func compressor(_ compressor: any Compressor) -> ChannelOptions {
        with { $0.compressors.register(compressor) }
    }
    public func logger(_ logger: Logger) -> ChannelOptions { with { $0.logger = logger } }
    /// Explains one of `every` picks, and keeps the latest explanations: see `Channel.pickSamples`.
    public func samplePicks(every: Int, keeping: Int = 64) -> ChannelOptions {
        with { $0.pickSampling = PickSampling(every: every, keeping: keeping) }
    }
}

extension ChannelOptions {
    public static func loadBalancing(_ policy: LoadBalancing) -> ChannelOptions {
        ChannelOptions().loadBalancing(policy)
    }
    public static func serviceConfig(_ config: ServiceConfig) -> ChannelOptions {
        ChannelOptions().serviceConfig(config)
    }
    public static func observers(_ observers: any CallObserver...) -> ChannelOptions {
        ChannelOptions().with { $0.observers += observers }
    }
    public static func interceptors(_ interceptors: any ClientInterceptor...) -> ChannelOptions {
        ChannelOptions().with { $0.interceptors += interceptors }
    }
    public static func resolver<R: Resolver>(_ resolver: R.Type) -> ChannelOptions {
        ChannelOptions().resolver(resolver)
    }
    /// Makes `list` what `static:///name` resolves to.
    public static func endpoints(_ list: EndpointList, as name: String) -> ChannelOptions {
        ChannelOptions().endpoints(list, as: name)
    }
    public static func policy<P: LoadBalancingPolicy>(_ policy: P.Type) -> ChannelOptions {
        ChannelOptions().policy(policy)
    }
    public static func policy<P: EndpointPolicy>(_ policy: P.Type) -> ChannelOptions { ChannelOptions().policy(policy) }
    public static func defaults(_ options: CallOptions) -> ChannelOptions { ChannelOptions().defaults(options) }
    public static func credentials(_ credentials: CallCredentials) -> ChannelOptions {
        ChannelOptions().credentials(credentials)
    }
    public static func idle(after timeout: Duration) -> ChannelOptions { ChannelOptions().idle(after: timeout) }
    public static func keepalive(
        every interval: Duration, timeout: Duration = .seconds(20), withoutCalls: Bool = false
    ) -> ChannelOptions {
        ChannelOptions().keepalive(every: interval, timeout: timeout, withoutCalls: withoutCalls)
    }
    public static func backoff(_ backoff: Backoff) -> ChannelOptions { ChannelOptions().backoff(backoff) }
    public static func compressor(_ compressor: any Compressor) -> ChannelOptions {
        ChannelOptions().compressor(compressor)
    }
    public static func samplePicks(every: Int, keeping: Int = 64) -> ChannelOptions {
        ChannelOptions().samplePicks(every: every, keeping: keeping)
    }
    public static func logger(_ logger: Logger) -> ChannelOptions { ChannelOptions().logger(logger) }
}
