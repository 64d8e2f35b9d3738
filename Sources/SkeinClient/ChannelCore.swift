// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinResolution
internal import SkeinTransport

/// What the calls of a channel share: the picker, the queue in front of it, and the driver behind it.
final class ChannelCore: Sendable {
    let target: Target
    let options: ChannelOptions
    let cell: PickerCell<Subchannel>
    let queue: PickQueue
    let states = StateBroadcast()
    let config: ActiveConfig
    let balancer: BalancerDriver
    let samples: PickSamples?
    let authorization: CallAuthorization
    private let template: RequestTemplate

    static let version = "grpc-swift-skein/0.1"

    /// - Parameter connecting: what is to be different from sockets as the options want them.
    init(
        _ text: String, _ security: TransportSecurity, _ options: ChannelOptions,
        connecting: (inout Connector) -> Void = { _ in }
    ) throws(ConfigurationError) {
        let options = options.withPolicy
        let target = try options.resolvers.target(text)
        try options.policies.validate(options.serviceConfig)
        try options.policies.validate(options.serviceConfig.loadBalancing)
        self.target = target
        self.options = options
        samples = options.pickSampling.map { PickSamples($0) }
        let authority: String
        if let own = options.authority {
            authority = own
        } else {
            authority = try options.resolvers.serviceAuthority(of: target)
        }
        guard (1...16).contains(options.connectionsPerEndpoint) else {
            throw ConfigurationError(
                "use option connectionsPerEndpoint \(options.connectionsPerEndpoint): expected 1 to 16")
        }
        try ChannelCore.validate(options.authority, "authority")
        try ChannelCore.validate(options.userAgent, "userAgent")
        config = ActiveConfig(options.serviceConfig)
        let tls = try ClientTLS(security, authority: authority, logger: options.logger)
        var connector = Connector(
            HTTP2Configuration(options), timeout: options.backoff.minimumConnectTimeout,
            keepalive: ClientKeepalive(options.keepalive), transport: SocketTransport(tls))
        connecting(&connector)
        authorization = CallAuthorization(authority: authority, isSecure: connector.transport.isPrivate)
        template = RequestTemplate(
            authority: authority, scheme: "\(security.scheme)",
            userAgent: options.userAgent.map { "\($0) \(ChannelCore.version)" } ?? ChannelCore.version,
            acceptEncoding: options.compressors.acceptEncoding)
        let group = MultiThreadedEventLoopGroup.singleton
        let eventLoop = group.next()
        queue = PickQueue(on: eventLoop)
        let link = DriverLink()
        cell = PickerCell(SlotTable(toldFaults: { link.attemptsFailed(on: $0) }))
        options.logger?.debug("\(LinkedFeatures.describe)")
        var context = ResolverContext()
        if let logger = options.logger { context.logger = logger }
        let resolver = ResolverDriver(try options.resolvers.make(target, context), backoff: options.backoff) { result in
            link.receive(result, options.policies)
        }
        balancer = BalancerDriver(
            BalancerControl(
                BalancerControl.Environment(
                    cell: cell, queue: queue, states: states, config: config, resolver: resolver,
                    connector: connector, template: template, group: group, eventLoop: eventLoop, options: options,
                    target: target)))
        link.connect(to: balancer)
    }

    private static func validate(_ text: String?, _ option: String) throws(ConfigurationError) {
        guard let text, !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else { return }
        throw ConfigurationError("use option \(option) \(JSONValue.quoted(text)): expected printable ASCII")
    }

    /// The head of an attempt.
    func request(for plan: CallPlan, asksForLoad: Bool) -> OutgoingRequest {
        template.request(for: plan, asksForLoad: asksForLoad)
    }

    /// Asks the servers of these subchannels for their load.
    func probe(_ ids: ProbeList) { ids.forEach(probe) }

    private func probe(_ id: SubchannelID) { cell.subchannel(id)?.probe() }

    func plan(
        _ method: MethodDescriptor, _ options: CallOptions, start: ContinuousClock.Instant = .now
    ) -> CallPlan {
        CallPlan(
            method, self.options.defaults.adding(options), config: config.config(for: method),
            compressors: self.options.compressors, start: start)
    }

    /// Whether the plan may change with the resolver's first answer.
    func isProvisional(_ plan: CallPlan) -> Bool { plan.problem == nil && config.isAwaited(by: plan) }

    /// The plan as the resolver's first answer wants it. For a call that can wait no more, as it is: the call goes on,
    /// and fails as any other would.
    nonisolated(nonsending) func settle(_ plan: CallPlan, _ options: CallOptions) async -> CallPlan {
        await ConfigWait(plan, over: self).run()
        return self.plan(plan.method, options, start: plan.start)
    }

    func reporter(_ hooks: MessageHooks?) -> CallReporter? {
        var observers = options.observers
        if let hooks, !hooks.end.isEmpty { observers.append(EndObserver(hooks: hooks)) }
        return CallReporter(observers, target: target.description)
    }
}

extension HTTP2Configuration {
    fileprivate init(_ options: ChannelOptions) {
        self.init()
        initialStreamWindow = options.streamWindow
        connectionWindow = options.connectionWindow
        maxHeaderListBytes = options.maxHeaderBytes
        compressors = options.compressors
    }
}
