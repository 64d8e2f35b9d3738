// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Which of many endpoints one client uses, so that all clients together use all of them about equally.
///
/// Every client ranks the endpoints and uses the first ones. One that fails for `patience` loses its place to the next
/// in rank; after a minute, and then twice as long each time, it is used in addition, and has its place again once it
/// is ready.
struct Subset: Sendable {
    /// How endpoints are ranked.
    enum Ranking: Sendable, Hashable {
        /// By their hashes with a number of the client's own (gRFC A68).
        case random(seed: UInt64)
        /// All clients have the endpoints on the same ring, and start at different places of it: evenly spread over
        /// all clients, or, when their number is unknown, by the van der Corput sequence, which spreads any number.
        case ring(ordinal: Int, clients: Int?)

        /// Along the ring if the client knows its number.
        init(ordinal: Int?, clients: Int?, seed: UInt64) {
            self = ordinal.map { .ring(ordinal: $0, clients: clients) } ?? .random(seed: seed)
        }
    }

    private struct Place {
        var endpoint: Endpoint
        var failingSince: ContinuousClock.Instant?
        /// Until then it is left out.
        var leftOutUntil: ContinuousClock.Instant?
        /// How often it was left out since it was ready.
        var times = 0
        /// Its time is over; it has not shown that it is ready.
        var isOnTrial = false

        var isLeftOut: Bool { leftOutUntil != nil }
    }

    static let patience = Duration.seconds(10)
    private static let pause = Duration.seconds(60)

    var size: Int
    let ranking: Ranking
    private let replacesFailing: Bool
    private var places: [Endpoint.Identity: Place] = [:]
    /// By rank.
    private var order: [Endpoint.Identity] = []
    /// Those that fail or are left out.
    private var watched: Set<Endpoint.Identity> = []

    init(_ ranking: Ranking, size: Int, replacesFailing: Bool = true) {
        self.ranking = ranking
        self.size = max(size, 1)
        self.replacesFailing = replacesFailing
    }

    /// How many of so many endpoints each of so many clients should use: at least 20, and so many that each endpoint has
    /// about 20 clients. `nil`: all, as there are no more than 50, or it comes to all.
    static func size(endpoints: Int, clients: Int?) -> Int? {
        guard endpoints > 50, let clients, clients > 0 else { return nil }
        let size = max(20, (20 * endpoints - 1) / clients + 1)
        return size < endpoints ? size : nil
    }

    /// Those to use now, by rank.
    var members: [Endpoint] {
        var left = size
        return order.compactMap { identity in
            guard let place = places[identity], !place.isLeftOut else { return nil }
            if place.isOnTrial { return place.endpoint }
            left -= 1
            return left >= 0 ? place.endpoint : nil
        }
    }

    /// Whether another has its place.
    func isLeftOut(_ identity: Endpoint.Identity) -> Bool { places[identity]?.isLeftOut == true }

    /// When the next of them may change by itself.
    var due: ContinuousClock.Instant? {
        let hasSpare = spare > 0
        return watched.compactMap { identity in
            guard let place = places[identity] else { return nil }
            return place.leftOutUntil ?? (hasSpare ? place.failingSince.map { $0 + Subset.patience } : nil)
        }.min()
    }

    /// How many more may be left out: others take their places.
    private var spare: Int { places.count - size - watched.count { places[$0]?.isLeftOut == true } }

    mutating func update(_ endpoints: [Endpoint]) {
        var old = places
        places = [:]
        for endpoint in endpoints where places[endpoint.identity] == nil {
            var place = old.removeValue(forKey: endpoint.identity) ?? Place(endpoint: endpoint)
            place.endpoint = endpoint
            places[endpoint.identity] = place
        }
        order = ranked()
        watched.formIntersection(order)
    }

    /// What became of a member; whether there may be other members now.
    mutating func note(
        _ identity: Endpoint.Identity, _ state: ConnectivityState, at now: ContinuousClock.Instant
    ) -> Bool {
        guard replacesFailing, let place = places[identity] else { return false }
        switch state {
        case .ready:
            guard watched.remove(identity) != nil || place.isOnTrial else { return false }
            places[identity] = Place(endpoint: place.endpoint)
            return place.isOnTrial
        case .transientFailure:
            if place.failingSince == nil { places[identity]?.failingSince = now }
            watched.insert(identity)
            return false
        // A server that is tried again fails still.
        case .idle, .connecting, .shutdown: return false
        }
    }

    /// Leaves out those that have failed for long, and takes back those whose time is over; whether there are any.
    mutating func pass(to now: ContinuousClock.Instant) -> Bool {
        var isChanged = false
        var spare = spare
        for identity in order where watched.contains(identity) {
            guard var place = places[identity] else { continue }
            if let until = place.leftOutUntil {
                guard until <= now else { continue }
                place.leftOutUntil = nil
                place.isOnTrial = true
                watched.remove(identity)
                spare += 1
            } else if let since = place.failingSince {
                guard since + Subset.patience <= now, spare > 0 else { continue }
                spare -= 1
                place.failingSince = nil
                place.isOnTrial = false
                place.leftOutUntil = now + Subset.pause * (1 << place.times)
                place.times = min(place.times + 1, 6)
            }
            places[identity] = place
            isChanged = true
        }
        return isChanged
    }
}

// MARK: ranking

extension Subset {
    private func ranked() -> [Endpoint.Identity] {
        let seed = if case .random(let seed) = ranking { seed } else { UInt64(0) }
        let hashed = places.map { identity, place in
            (hash: XXHash64.hash(place.endpoint.addresses.first?.description ?? "", seed: seed), identity: identity)
        }
        let sorted = hashed.sorted { a, b in
            a.hash == b.hash ? a.identity.description < b.identity.description : a.hash < b.hash
        }
        guard case .ring(let ordinal, let clients) = ranking, !sorted.isEmpty else { return sorted.map(\.identity) }
        let start = Subset.start(ordinal, of: clients, among: sorted.count)
        return (sorted[start...] + sorted[..<start]).map(\.identity)
    }

    /// Where a client's part of the ring begins.
    static func start(_ ordinal: Int, of clients: Int?, among count: Int) -> Int {
        if let clients, clients > 0 {
            return clients.dividingFullWidth((ordinal % clients).multipliedFullWidth(by: count)).quotient
        }
        return Draws.index(vanDerCorput(UInt64(ordinal)), below: count)
    }

    /// The sequence 0, 1/2, 1/4, 3/4, 1/8, … of 2^64: any number of its first terms is spread evenly.
    private static func vanDerCorput(_ number: UInt64) -> UInt64 {
        var reversed: UInt64 = 0
        for bit in 0..<64 where number >> UInt64(bit) & 1 == 1 { reversed |= 1 << UInt64(63 - bit) }
        return reversed
    }
}
