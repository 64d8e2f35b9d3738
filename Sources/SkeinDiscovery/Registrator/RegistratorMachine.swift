// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Decides what is asked of the Docker Engine, and what is registered and deregistered.
///
/// An event only says that a container has to be looked at; what counts is what the engine then says of it. The end of a
/// container is the exception: it counts at once. All containers are listed, and looked at again, when a stream of
/// events begins, after failures, and from time to time. While the engine is silent nothing changes.
struct RegistratorMachine: Sendable {
    enum Command: Sendable, Hashable {
        case list
        /// The answer has to name the turn: it may be too late.
        case inspect(String, turn: Int)
        /// Or change, when its key is registered already.
        case register(ContainerService)
        case withdraw(ContainerService.Key, Withdrawal)
        /// Take away what an earlier run left: everything else under this machine's name.
        case cleanUp(besides: Set<ContainerService.Key>)
    }

    enum Withdrawal: Sendable, Hashable {
        case deregister
        /// Its lease is renewed no more.
        case expire
    }

    /// What there is to say of a container that was looked at.
    enum Finding: Sendable, Hashable {
        case serving([ContainerService])
        case idle(Withdrawal)
        /// The engine did not say.
        case unknown
    }

    private struct Container: Sendable {
        var keys: Set<ContainerService.Key> = []
        /// Of the last look; an earlier one's answer says nothing any more.
        var turn = 0
        /// Whether it is to be looked at as soon as it is its turn.
        var isWaiting = false
    }

    /// How many containers are looked at at the same time.
    static let looksAtOnce = 4
    /// An engine is asked by few, so it is asked soon again.
    static let longestWait: Duration = .seconds(5)
    /// More than this many are none that one machine runs.
    static let limit = 16_384

    private let options: RegistratorOptions
    private var random: SplitMix64
    private var containers: [String: Container] = [:]
    private var claims = ServiceClaims()
    private var commands: [Command] = []
    /// Those that wait, in order, some of them in vain; the first ones had their turn.
    private var waiting: [String] = []
    private var passed = 0
    private var looks = 0
    private var turns = 0
    private var isListWanted = false
    private var isListing = false
    /// Whether all that was listed is being looked at.
    private var isSettling = false
    private var lastEvent = 0
    private var isTroubled = false
    private var isCleanUpWanted: Bool
    private var lookBackoff = FullJitter()
    private var streamBackoff = FullJitter()

    init(_ options: RegistratorOptions, seed: UInt64) {
        self.options = options
        isCleanUpWanted = options.cleansUp
        random = SplitMix64(seed: seed)
    }

    /// What is, or is about to be, registered.
    var services: [ContainerService] { claims.services }

    /// What to do now; `nil`: nothing until something happens.
    mutating func next() -> Command? {
        if !commands.isEmpty { return commands.removeFirst() }
        if isListWanted, !isListing {
            (isListWanted, isListing) = (false, true)
            return .list
        }
        guard looks < RegistratorMachine.looksAtOnce else { return nil }
        guard let id = nextWaiting() else { return settled() }
        turns += 1
        looks += 1
        containers[id]?.turn = turns
        return .inspect(id, turn: turns)
    }

    private mutating func nextWaiting() -> String? {
        while passed < waiting.count {
            let id = waiting[passed]
            passed += 1
            if passed * 2 > waiting.count {
                waiting.removeFirst(passed)
                passed = 0
            }
            guard containers[id]?.isWaiting == true else { continue }
            containers[id]?.isWaiting = false
            return id
        }
        return nil
    }

    // MARK: The stream of events

    /// Where the next stream begins; `nil`: with what happens from then on.
    var since: String? { lastEvent > 0 ? EngineEvent.since(lastEvent) : nil }

    /// A stream began: what is not listed from now on, it tells of.
    mutating func connected() { isListWanted = true }

    /// It ended, after `time`: how long to wait for the next one.
    mutating func disconnected(after time: Duration) -> Duration {
        if time > FullJitter.waits.upperBound { streamBackoff.succeeded() }
        return streamBackoff.failed(atMost: RegistratorMachine.longestWait, &random)
    }

    mutating func took(_ event: EngineEvent) {
        lastEvent = max(lastEvent, event.time)
        switch event.kind {
        case .changed: look(at: event.container)
        case .died(let exitCode): set(event.container, .idle(options.withdrawal(exitCode: exitCode)))
        }
    }

    // MARK: Looking

    /// How long until all is to be looked at again; sooner when something failed.
    mutating func untilDue() -> Duration {
        if isTroubled { return lookBackoff.failed(atMost: RegistratorMachine.longestWait, &random) }
        return options.resync * Double.random(in: 0.8...1.2, using: &random)
    }

    /// Whether something failed since all was last looked at.
    var hasFailed: Bool { isTroubled }

    mutating func due() {
        isTroubled = false
        isListWanted = true
    }

    /// The containers that run; `nil`: the engine did not say.
    mutating func listed(_ ids: [String]?) {
        isListing = false
        guard let ids else {
            isTroubled = true
            return
        }
        // Those that are known and do not run any more have to be looked at for how they ended.
        for id in Set(ids).union(containers.keys).sorted() { look(at: id) }
        isSettling = true
    }

    mutating func inspected(_ id: String, turn: Int, _ finding: Finding) {
        looks -= 1
        guard containers[id]?.turn == turn else { return }
        guard finding != .unknown else {
            isTroubled = true
            return
        }
        set(id, finding)
    }

    /// None waits; all may have been looked at, and with success.
    private mutating func settled() -> Command? {
        guard isSettling, looks == 0, !isListing, !isTroubled else { return nil }
        isSettling = false
        lookBackoff.succeeded()
        guard isCleanUpWanted else { return nil }
        isCleanUpWanted = false
        return .cleanUp(besides: Set(claims.services.map(\.key)))
    }

    private mutating func look(at id: String) {
        if containers[id] == nil {
            guard containers.count < RegistratorMachine.limit else { return }
            containers[id] = Container()
        }
        // What is on its way was seen before this.
        containers[id]?.turn = 0
        guard containers[id]?.isWaiting == false else { return }
        containers[id]?.isWaiting = true
        waiting.append(id)
    }

    private mutating func set(_ id: String, _ finding: Finding) {
        let before = containers[id]?.keys ?? []
        let services: [ContainerService]
        var withdrawal = Withdrawal.deregister
        switch finding {
        case .serving(let found):
            services = found
            containers[id]?.keys = Set(found.map(\.key))
        case .idle(let kind):
            (services, withdrawal) = ([], kind)
            containers[id] = nil
        case .unknown: return
        }
        let keys = Set(services.map(\.key))
        for key in before.subtracting(keys).sorted(by: { $0.description < $1.description }) {
            let (isGone, next) = claims.release(key, by: id)
            if isGone { commands.append(.withdraw(key, withdrawal)) }
            if let next { commands.append(.register(next)) }
        }
        for service in services {
            if let changed = claims.claim(service, by: id) { commands.append(.register(changed)) }
        }
    }
}
