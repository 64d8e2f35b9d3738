// SPDX-License-Identifier: Apache-2.0

/// What a health service knows, and what it owes those who watch.
///
/// A watch is told the latest status only: what changed while its reader was busy is never queued.
struct HealthBoard: Sendable {
    typealias Status = Grpc_Health_V1_HealthCheckResponse.ServingStatus

    /// The most services that `list` names (gRFC A90).
    static let listLimit = 100

    enum Step: Equatable {
        case send(Status)
        /// Nothing is new: wait to be woken.
        case wait
        /// The server goes away.
        case end
    }

    private enum Phase {
        case serving, draining, leaving
    }

    private struct Watch {
        let service: String
        var told: Status?
        var isWaiting = false
    }

    /// A server that does not listen yet answers nobody.
    private var phase = Phase.serving
    private var services: Set<String> = [""]
    /// What was said by code, which outweighs what follows from the server's state.
    private var said: [String: Status] = [:]
    private var watches: [Int: Watch] = [:]
    private var watchesOf: [String: Set<Int>] = [:]
    private var lastWatch = 0
    /// Watches that were woken and have not yet passed on what they were woken for.
    private var owing: Set<Int> = []

    // MARK: statuses

    /// Of the server as a whole when `service` is empty.
    func status(of service: String) -> Status {
        let isKnown = services.contains(service) || said[service] != nil
        guard isKnown else { return .serviceUnknown }
        switch phase {
        case .serving: return said[service] ?? .serving
        case .draining, .leaving: return .notServing
        }
    }

    /// By service; `nil` when there are too many.
    var list: [String: Status]? {
        let names = services.union(said.keys)
        guard names.count <= HealthBoard.listLimit else { return nil }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, status(of: $0)) })
    }

    // MARK: changes; each gives the watches to wake

    mutating func add(_ names: [String]) -> [Int] {
        services.formUnion(names)
        return wake(names.flatMap { watchesOf[$0] ?? [] })
    }

    /// `nil`: what follows from the server's state again.
    mutating func say(_ status: Status?, of service: String) -> [Int] {
        said[service] = status
        return wake(Array(watchesOf[service] ?? []))
    }

    mutating func begin() -> [Int] { enter(.serving) }
    mutating func drain() -> [Int] { enter(.draining) }
    mutating func leave() -> [Int] { enter(.leaving) }

    private mutating func enter(_ phase: Phase) -> [Int] {
        self.phase = phase
        return wake(Array(watches.keys))
    }

    private mutating func wake(_ ids: [Int]) -> [Int] {
        ids.filter { id in
            guard let watch = watches[id], watch.isWaiting else { return false }
            guard phase == .leaving || watch.told != status(of: watch.service) else { return false }
            watches[id]?.isWaiting = false
            owing.insert(id)
            return true
        }
    }

    // MARK: watches

    mutating func watch(_ service: String) -> Int {
        lastWatch += 1
        watches[lastWatch] = Watch(service: service)
        watchesOf[service, default: []].insert(lastWatch)
        return lastWatch
    }

    /// What to do for the watch now, after all that it was told before has been passed on.
    mutating func next(_ id: Int) -> Step {
        guard let watch = watches[id] else { return .end }
        let status = status(of: watch.service)
        guard status == watch.told else {
            watches[id]?.told = status
            return .send(status)
        }
        owing.remove(id)
        guard phase != .leaving else { return .end }
        watches[id]?.isWaiting = true
        return .wait
    }

    mutating func remove(_ id: Int) {
        owing.remove(id)
        guard let service = watches.removeValue(forKey: id)?.service else { return }
        watchesOf[service]?.remove(id)
        if watchesOf[service]?.isEmpty == true { watchesOf[service] = nil }
    }

    /// Whether every watch that was woken has passed on its news.
    var hasDelivered: Bool { owing.isEmpty }
    var watchCount: Int { watches.count }
}
