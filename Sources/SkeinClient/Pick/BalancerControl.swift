// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore
internal import SkeinBalancing
internal import SkeinCore
internal import SkeinResolution
internal import SkeinTransport

/// What `BalancerDriver` drives: the channel's machine, its policy, its subchannels and timers.
final class BalancerControl: @unchecked Sendable {  // owned by the driver: one thread at a time
    typealias Event = BalancerDriver.Event

    /// What a control works with, given once.
    struct Environment: Sendable {
        let cell: PickerCell<Subchannel>
        let queue: PickQueue
        let states: StateBroadcast
        let config: ActiveConfig
        let resolver: ResolverDriver
        let connector: Connector
        let template: RequestTemplate
        let group: any EventLoopGroup
        let eventLoop: any EventLoop
        let options: ChannelOptions
        let target: Target
    }

    private let environment: Environment
    private var machine: ChannelMachine
    /// The config in force; `nil` before the resolver's first answer that can be used.
    private var config: ServiceConfig?
    /// There while the channel is active.
    private var policy: GracefulSwitch?
    private var subchannels: [SubchannelID: Subchannel] = [:]
    /// What was said of them last.
    private var connectivity: [SubchannelID: ConnectivityState] = [:]
    /// Of `subchannels`, those that are not idle.
    private var busy: Set<SubchannelID> = []
    private var connects = ConnectQueue()
    private var hasNotedSingleAddress = false
    /// What the resolver said last, as a whole.
    private var resolution: Resolution?
    private var standings = StandingFilter()
    /// How many endpoints of it the policy was told of.
    private var usableCount = 0
    private var standingCheck: Scheduled<Void>?
    /// Shut down, with calls that still run.
    private var draining: [SubchannelID: Subchannel] = [:]
    private var state = ConnectivityState.idle
    private var timers: [TimerID: Scheduled<Void>] = [:]
    private var idleCheck: RepeatedTask?
    private var isRetireScheduled = false
    private var closing: [UnsafeContinuation<Void, Never>] = []
    /// Attempts started on subchannels that are gone.
    private var pastAttempts: UInt64 = 0
    private var post: (@Sendable (Event) -> Void) = { _ in }

    init(_ environment: Environment) {
        self.environment = environment
        machine = ChannelMachine(idleTimeout: environment.options.idleTimeout)
    }

    func handle(_ event: Event, post: @escaping @Sendable (Event) -> Void) {
        self.post = post
        switch event {
        case .wanted: wanted()
        case .connect(let id): connect(id)
        case .resolved(let resolution): resolved(resolution)
        case .resolutionFailed(let error): resolutionFailed(error)
        case .subchannel(let id, let state):
            guard subchannels[id] != nil else { return }
            connectivity[id] = state
            noteConnecting(id, state)
            noteStanding(id, isReady: state.isReady)
            run { $0.subchannel(id, became: state, &$1) }
        case .subchannelConnected(let id): connectNext(after: id)
        case .renewal(let id, isDue: true): renew(id)
        case .renewal(let id, isDue: false): connectNext(after: id, isRenewal: true)
        case .subchannelClosed(let id): forget(id)
        case .load(let id, let report):
            guard subchannels[id] != nil else { return }
            run { $0.load(of: id, reported: report, &$1) }
        case .attemptsFailed(let id): run { $0.attemptsFailed(on: id, &$1) }
        case .timer(let id):
            timers[id] = nil
            run { $0.timerFired(id, &$1) }
        case .describe(let continuation):
            continuation.resume(
                returning: BalancerAccount(
                    policy: account(wantsRemarks: true), singleAddress: singleAddress,
                    states: subchannels.map { ($1.identity, connectivity[$0] ?? .idle) }))
        case .checkIdle: checkIdle()
        case .checkStandings: checkStandings()
        case .retire:
            isRetireScheduled = false
            collect(environment.cell.retire())
        case .shutDown(let grace, let continuation): shutDown(grace, continuation)
        case .graceEnded: endGrace()
        }
    }

    // MARK: the policy

    /// Lets the policy handle something, and does what it asks for.
    private func run(_ body: (inout GracefulSwitch, inout PolicyActions) -> Void) {
        guard var policy = policy.take() else { return }
        var actions = PolicyActions(slots: environment.cell.slots, now: .now, random: .random(in: .min ... .max))
        body(&policy, &actions)
        self.policy = policy
        for command in actions.finish() { perform(command) }
    }

    private func perform(_ command: PolicyCommand) {
        switch command {
        case .createSubchannel(let id, let endpoint): create(id, endpoint)
        case .connect(let id): connect(id)
        case .shutDown(let id): shutDown(id)
        case .schedule(let id, let delay): schedule(id, delay)
        case .requestResolution: environment.resolver.requestRefresh()
        case .watchLoad(let id, let interval): subchannels[id]?.watchLoad(every: interval)
        case .publish(let state, let picker): publish(state, picker)
        }
    }

    private func create(_ id: SubchannelID, _ endpoint: Endpoint) {
        let post = post
        let subchannel = Subchannel(
            id, endpoint,
            Subchannel.Environment(
                connector: environment.connector, template: environment.template,
                backoff: environment.options.backoff, renewal: environment.options.connectionRenewal,
                logger: environment.options.logger),
            on: environment.group.next(),
            listener: Subchannel.Listener(
                changed: { post(.subchannel($0, $1)) }, connected: { post(.subchannelConnected($0)) },
                renewal: { post(.renewal($0, isDue: $1)) },
                closed: { post(.subchannelClosed($0)) },
                answered: { [slots = environment.cell.slots] in slots.reported($1, of: $0, at: .now) },
                reported: { [slots = environment.cell.slots] in
                    slots.reported($1, of: $0, at: .now)
                    post(.load($0, $1))
                }))
        subchannels[id] = subchannel
        checkHealth(of: subchannel)
        environment.cell.attach(subchannel, to: id)
    }

    /// As the config in force wants it.
    private func checkHealth(of subchannel: Subchannel) {
        guard environment.options.checksHealth, !environment.cell.slots.ignoresHealth(subchannel.id) else { return }
        subchannel.checkHealth(of: configInForce.healthCheckedService)
    }

    /// Only an idle subchannel connects, when it is its turn.
    private func connect(_ id: SubchannelID) {
        guard let subchannel = subchannels[id], !subchannel.identity.addresses.isEmpty, !busy.contains(id)
        else { return }
        let turn = ConnectQueue.Turn(id: id)
        if connects.wants(turn, attempts: subchannel.mostAttempts) { start(turn) }
    }

    private func renew(_ id: SubchannelID) {
        let turn = ConnectQueue.Turn(id: id, isRenewal: true)
        if subchannels[id] != nil, connects.wants(turn) { start(turn) }
    }

    private func start(_ turn: ConnectQueue.Turn) {
        guard let subchannel = subchannels[turn.id] else { return }
        guard !turn.isRenewal else { return subchannel.renew() }
        busy.insert(turn.id)
        subchannel.connect()
    }

    private func noteConnecting(_ id: SubchannelID, _ state: ConnectivityState) {
        switch state {
        case .connecting: busy.insert(id)
        case .idle:
            busy.remove(id)
            connectNext(after: id)
        case .ready, .transientFailure, .shutdown: connectNext(after: id)
        }
    }

    private func connectNext(after id: SubchannelID, isRenewal: Bool = false) {
        for turn in connects.ended(ConnectQueue.Turn(id: id, isRenewal: isRenewal)) { start(turn) }
    }

    private func shutDown(_ id: SubchannelID) {
        guard let subchannel = subchannels.removeValue(forKey: id) else { return }
        connectivity[id] = nil
        busy.remove(id)
        connectNext(after: id)
        connectNext(after: id, isRenewal: true)
        if standings.became(subchannel.identity, id, ready: false) { post(.checkStandings) }
        draining[id] = subchannel
        pastAttempts += environment.cell.slots.started(id)
        collect(environment.cell.detach(id))
        subchannel.shutDown()
        scheduleRetire()
    }

    private func schedule(_ id: TimerID, _ delay: Duration) {
        timers[id]?.cancel()
        let post = post
        timers[id] = environment.eventLoop.scheduleTask(in: TimeAmount(delay)) { post(.timer(id)) }
    }

    /// What the policy tells of itself.
    private func account(wantsRemarks: Bool) -> PolicyAccount {
        var account = PolicyAccount(wantsRemarks: wantsRemarks)
        policy?.describe(&account)
        return account
    }

    private func publish(_ state: ConnectivityState, _ picker: any Picker) {
        self.state = state
        collect(environment.cell.publish(state, picker, path: account(wantsRemarks: false).path))
        environment.states.publish(state)
        environment.queue.published(environment.cell.generation)
    }

    /// Old pickers are freed when no pick uses them; nobody waits for that.
    private func collect(_ garbage: consuming PickerGarbage) {
        _ = consume garbage
        scheduleRetire()
    }

    private func scheduleRetire() {
        guard environment.cell.isRetiring, !isRetireScheduled else { return }
        isRetireScheduled = true
        let post = post
        environment.eventLoop.scheduleTask(in: .milliseconds(20)) { post(.retire) }
    }

    // MARK: the channel's life

    private func wanted() {
        switch machine.wanted(.now) {
        case .activate(let interval):
            policy = GracefulSwitch(environment.options.policies, seed: .random(in: .min ... .max))
            state = .connecting
            environment.states.publish(.connecting)
            environment.resolver.start()
            let post = post
            let delay = TimeAmount(interval)
            idleCheck = environment.eventLoop.scheduleRepeatedTask(initialDelay: delay, delay: delay) { _ in
                post(.checkIdle)
            }
        case .nothing, .goIdle, .close:
            if case .idle = state { run { $0.exitIdle(&$1) } }
        }
    }

    private func checkIdle() {
        let slots = environment.cell.slots
        var attempts = pastAttempts
        var isBusy = !environment.queue.isEmpty
        for id in subchannels.keys {
            attempts += slots.started(id)
            if slots.inFlight(id) > 0 { isBusy = true }
        }
        if case .goIdle = machine.checked(attempts: attempts, isBusy: isBusy, .now) { stop(.idle, QueueingPicker()) }
    }

    /// Stops resolving and drops all connections; what runs on them may finish.
    private func stop(_ state: ConnectivityState, _ picker: any Picker) {
        environment.resolver.stop()
        idleCheck?.cancel()
        standingCheck?.cancel()
        resolution = nil
        for timer in timers.values { timer.cancel() }
        timers = [:]
        policy = nil
        publish(state, picker)
        // Those that go make no room for those that wait.
        connects = ConnectQueue()
        for id in Array(subchannels.keys) { shutDown(id) }
    }

    private func shutDown(_ grace: Duration, _ continuation: UnsafeContinuation<Void, Never>?) {
        if let continuation { closing.append(continuation) }
        if case .close = machine.shutDown() {
            environment.config.settle()
            stop(.shutdown, DroppingPicker(.channelIsShutDown(environment.target)))
            let post = post
            environment.eventLoop.scheduleTask(in: TimeAmount(grace)) { post(.graceEnded) }
        }
        finishClosing()
    }

    private func endGrace() {
        let error = RPCError.channelIsShutDown(environment.target)
        for subchannel in draining.values { subchannel.closeNow(error) }
    }

    private func forget(_ id: SubchannelID) {
        draining[id] = nil
        finishClosing()
    }

    private func finishClosing() {
        guard draining.isEmpty, subchannels.isEmpty else { return }
        let closing = closing
        self.closing = []
        for continuation in closing { continuation.resume() }
    }

    // MARK: resolution

    private func resolved(_ resolution: Resolution) {
        do throws(ConfigurationError) {
            try adopt(resolution.serviceConfig)
        } catch {
            environment.options.logger?.warning("use the service config of \(environment.target): \(error)")
            // The last good one holds; before there was one, calls fail (gRFC A21).
            guard config != nil else { return tellFailure(invalid(error)) }
        }
        self.resolution = resolution
        noteSingleAddress()
        use(usable(resolution), of: resolution)
    }

    /// The endpoints that may be used now.
    private func usable(_ resolution: Resolution) -> [Endpoint] {
        standings.usable(
            resolution.endpoints, isVerified: environment.connector.transport.verifiesIdentity, at: .now)
    }

    private func use(_ endpoints: [Endpoint], of resolution: Resolution) {
        usableCount = endpoints.count
        scheduleStandingCheck()
        let connections = environment.options.connectionsPerEndpoint
        let update = EndpointUpdate(
            connections == 1 ? endpoints : endpoints.flatMap { $0.copies(connections) },
            note: resolution.note, clients: resolution.clients)
        run { policy, actions in
            do throws(ConfigurationError) {
                try policy.update(update, choices, &actions)
            } catch {
                policy.resolutionFailed(invalid(error), &actions)
            }
        }
    }

    private func noteStanding(_ id: SubchannelID, isReady: Bool) {
        guard let identity = subchannels[id]?.identity else { return }
        if standings.became(identity, id, ready: isReady) { checkStandings() }
    }

    /// Some endpoints are only good as long as they are connected.
    private func checkStandings() {
        guard let resolution, standings.isInDoubt else { return }
        let endpoints = usable(resolution)
        if endpoints.count == usableCount { scheduleStandingCheck() } else { use(endpoints, of: resolution) }
    }

    private func scheduleStandingCheck() {
        standingCheck?.cancel()
        let now = ContinuousClock.now
        guard let next = standings.nextChange(after: now) else { return }
        let post = post
        standingCheck = environment.eventLoop.scheduleTask(in: TimeAmount(next - now)) { post(.checkStandings) }
    }

    private var singleAddress: SingleAddress? {
        resolution.flatMap { SingleAddress(of: $0.endpoints, connections: environment.options.connectionsPerEndpoint) }
    }

    private func noteSingleAddress() {
        guard !hasNotedSingleAddress, let singleAddress else { return }
        hasNotedSingleAddress = true
        environment.options.logger?.info("\(environment.target) has \(singleAddress)")
    }

    private var configInForce: ServiceConfig { config ?? environment.options.serviceConfig }

    /// The policies to choose from.
    private var choices: [LoadBalancing] {
        let choices = configInForce.loadBalancing
        return choices.isEmpty ? environment.options.serviceConfig.loadBalancing : choices
    }

    /// Puts the resolver's config in force, or the channel's own when there is none. One that is invalid, in any part,
    /// changes nothing.
    private func adopt(_ resolved: Result<ServiceConfig, ConfigurationError>?) throws(ConfigurationError) {
        let new = try resolved?.get() ?? environment.options.serviceConfig
        let reading = ConfigReading()
        try environment.options.policies.validate(new, reading)
        environment.config.use(new)
        // What has no effect makes no other config, but is told all the same.
        guard new != config || new.unread.list != config?.unread.list else { return }
        for warning in new.warnings(reading) {
            environment.options.logger?.warning("the service config of \(environment.target): \(warning)")
        }
        let before = configInForce
        config = new
        guard new.healthCheckedService != before.healthCheckedService else { return }
        for subchannel in subchannels.values { checkHealth(of: subchannel) }
    }

    private func invalid(_ error: ConfigurationError) -> RPCError {
        RPCError(.unavailable, "use the service config of \(environment.target): \(error)", cause: error)
    }

    private func resolutionFailed(_ error: RPCError) {
        environment.options.logger?.notice("resolve \(environment.target): \(error.message)")
        tellFailure(error)
    }

    private func tellFailure(_ error: RPCError) {
        environment.config.resolutionFailed()
        run { $0.resolutionFailed(error, &$1) }
    }
}

extension RPCError {
    fileprivate static func channelIsShutDown(_ target: Target) -> RPCError {
        RPCError(.unavailable, "call over channel \(target): it is shut down")
    }
}
