// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// Keeps endpoints whose calls fail from the policy inside for a while: that one sees them fail, as if their connection
/// had, and ready again later.
///
/// One machine for gRPC's outlier detection, for the ejection of endpoints whose calls fail right now, and for panic:
/// while fewer than half of the subchannels are usable, ready ones are used though they are ejected. Nothing is ejected from `pick_first`, which has one connection (gRFC A61).
package struct Ejection<Configuration: EjectionConfiguration>: ContainerPolicy {
    package static var name: String { Configuration.name }

    private static var sweepTimer: TimerID { TimerID(0) }
    private static var windowTimer: TimerID { TimerID(1) }
    private static var returnTimer: TimerID { TimerID(2) }

    private let policies: LoadBalancingRegistry
    private var configuration: Configuration
    private var child: ChildPolicy<GracefulSwitch>
    private var timers = TimerNames(own: 3)
    private var random: SplitMix64
    private var book = EjectionBook()
    private var failing = FailingEndpoints()
    private var lastUpdate: EndpointUpdate?
    /// When the sweep of the current interval is due.
    private var interval: (start: ContinuousClock.Instant, length: Duration)?
    private var isWindowScheduled = false

    package init(_ configuration: Configuration, seed: UInt64, policies: LoadBalancingRegistry) {
        self.policies = policies
        self.configuration = configuration
        random = SplitMix64(seed: seed)
        child = ChildPolicy(policies, seed: random.next(), isBare: true)
        allowFor(configuration)
    }

    package mutating func update(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        lastUpdate = update
        updateChild(update, &out)
        book.update(update.endpoints)
        applyRules(&out)
        showChanges(&out)
    }

    package mutating func reconfigure(_ configuration: Configuration, _ out: inout PolicyActions) {
        let old = self.configuration
        self.configuration = configuration
        allowFor(configuration)
        if let lastUpdate, configuration.child != old.child { updateChild(lastUpdate, &out) }
        applyRules(&out)
        showChanges(&out)
    }

    package func describe(_ account: inout PolicyAccount) {
        // What policies have beneath by default is no name in a config.
        if Configuration.name != FailingEjection.name { account.name(Self.name) }
        child.machine.describe(&account)
        for identity in book.ejected {
            guard let ejection = book[identity]?.ejection else { continue }
            account.remark(ejection.error.message, on: identity)
        }
    }

    package mutating func resolutionFailed(_ error: RPCError, _ out: inout PolicyActions) {
        run(&out) { $0.resolutionFailed(error, &$1) }
    }

    package mutating func subchannel(
        _ id: SubchannelID, became state: ConnectivityState, _ out: inout PolicyActions
    ) {
        let shown = book.note(id, state)
        run(&out, isOurs: !shown.isSameKind(as: state)) { $0.subchannel(id, became: shown, &$1) }
        showChanges(&out)
    }

    package mutating func load(of id: SubchannelID, reported report: LoadReport, _ out: inout PolicyActions) {
        run(&out) { $0.load(of: id, reported: report, &$1) }
    }

    package mutating func attemptsFailed(on id: SubchannelID, _ out: inout PolicyActions) {
        run(&out) { $0.attemptsFailed(on: id, &$1) }
        guard ejectsFailing, failing.judge(id, &book, at: out.now) else { return }
        scheduleReturn(&out)
        showChanges(&out)
    }

    package mutating func timerFired(_ id: TimerID, _ out: inout PolicyActions) {
        switch id {
        case Self.sweepTimer: sweep(&out)
        case Self.windowTimer: moveWindow(&out)
        case Self.returnTimer:
            failing.takeBack(&book, at: out.now)
            scheduleReturn(&out)
        default: if let timer = timers.inner(id) { run(&out) { $0.timerFired(timer.id, &$1) } }
        }
        showChanges(&out)
    }

    package mutating func exitIdle(_ out: inout PolicyActions) { run(&out) { $0.exitIdle(&$1) } }
}

// MARK: the policy inside

extension Ejection {
    private mutating func updateChild(_ update: EndpointUpdate, _ out: inout PolicyActions) {
        guard let choice = configuration.child else { return }
        run(&out) { $0.update(update, valid: choice, &$1) }
    }

    /// - Parameter isOurs: the event is our doing, and no news to the resolver.
    private mutating func run(
        _ out: inout PolicyActions, isOurs: Bool = false,
        _ event: (inout GracefulSwitch, inout PolicyActions) -> Void
    ) {
        var actions = out.child()
        let published = child.run(&timers, &actions, event)
        for command in actions.finish() {
            switch command {
            case .createSubchannel(let id, let endpoint):
                book.add(id, endpoint.identity, out.load(of: id, at: endpoint))
            case .shutDown(let id): book.remove(id)
            case .requestResolution: if isOurs { continue }
            case .connect, .schedule, .watchLoad, .publish: break
            }
            out.perform(command)
        }
        if published { out.publish(child.state, child.picker) }
    }

    private mutating func showChanges(_ out: inout PolicyActions) {
        while let (id, state) = book.nextChange() {
            run(&out, isOurs: true) { $0.subchannel(id, became: state, &$1) }
        }
    }
}

// MARK: the rules

extension Ejection {
    private var isBlind: Bool { configuration.child?.policy == PickFirst.name }

    private var ejectsFailing: Bool {
        guard let child = configuration.child, !isBlind else { return false }
        return configuration.ejectsFailing ?? policies.ejectsFailing(child)
    }

    /// gRPC's own outlier detection knows no panic.
    private mutating func allowFor(_ configuration: Configuration) {
        book.isLenient = configuration.isLenient || ejectsFailing
        book.panicThreshold = book.isLenient ? configuration.panicThresholdPercent : 0
    }

    /// Starts and ends what the configuration says, as far as there are endpoints.
    private mutating func applyRules(_ out: inout PolicyActions) {
        if configuration.outliers.isOn, !isBlind, !book.isEmpty {
            startInterval(&out)
        } else {
            if interval != nil { book.endSweeps() }
            interval = nil
        }
        if ejectsFailing, !book.isEmpty {
            failing.open(at: out.now)
            scheduleWindow(&out)
        } else if failing.due != nil {
            failing.end(&book)
        }
    }

    /// A new length of the interval counts from when the current one began.
    private mutating func startInterval(_ out: inout PolicyActions) {
        let length = configuration.outliers.interval
        guard interval?.length != length else { return }
        if interval == nil { book.startInterval() }
        let start = interval?.start ?? out.now
        interval = (start, length)
        out.schedule(Self.sweepTimer, after: max(start + length - out.now, .zero))
    }

    private mutating func sweep(_ out: inout PolicyActions) {
        guard let (start, length) = interval else { return }
        guard start + length <= out.now else {
            return out.schedule(Self.sweepTimer, after: start + length - out.now)
        }
        book.sweep(configuration.outliers, at: out.now, &random)
        interval = (out.now, length)
        out.schedule(Self.sweepTimer, after: length)
    }

    private mutating func scheduleWindow(_ out: inout PolicyActions) {
        guard !isWindowScheduled, let due = failing.due else { return }
        isWindowScheduled = true
        out.schedule(Self.windowTimer, after: max(due - out.now, .zero))
    }

    private mutating func moveWindow(_ out: inout PolicyActions) {
        isWindowScheduled = false
        if let due = failing.due, due <= out.now { failing.moveWindow(&book, at: out.now) }
        scheduleWindow(&out)
    }

    private mutating func scheduleReturn(_ out: inout PolicyActions) {
        guard let next = failing.nextReturn(book) else { return }
        out.schedule(Self.returnTimer, after: max(next - out.now, .zero))
    }
}
