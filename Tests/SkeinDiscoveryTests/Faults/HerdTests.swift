// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import Synchronization
import TestSupport
import Testing

/// Many watchers in this process, each with connections of its own, of one real registry that is killed and started.
@Suite("many watchers of a registry that comes back", .serialized, .timeLimit(.minutes(10)))
struct HerdTests {
    /// Notes when the registry of one watcher is lost and when it answers again.
    private final class Watcher: DiscoveryObserver {
        private struct State {
            var isAway = false
            var cameBack: ContinuousClock.Instant?
        }

        private let state = Mutex(State())

        func discoveryChanged(_ status: DiscoveryStatus) {
            state.withLock { state in
                let isAway = status.unreachableFor != nil
                if state.isAway, !isAway { state.cameBack = .now }
                state.isAway = isAway
            }
        }

        var isAway: Bool { state.withLock(\.isAway) }
        var cameBack: ContinuousClock.Instant? { state.withLock(\.cameBack) }
    }

    /// `count` of them, once each has an empty list of the service `s`.
    private func watch(_ location: String, _ count: Int) async throws -> (watchers: [Watcher], lists: [WatchedList]) {
        let watchers = (0..<count).map { _ in Watcher() }
        let lists = try watchers.map { watcher in
            var catalog = RegistryCatalog.builtIn
            catalog.options.observer = watcher
            return try WatchedList("\(location)/s", catalog)
        }
        try await until("not all have a list", within: .seconds(90)) { lists.allSatisfy { $0.instances == [] } }
        return (watchers, lists)
    }

    /// The registry has to stay: what it registered may go with it.
    private func registerNew(_ place: RegistryPlace) async throws -> any ServiceRegistry {
        let registry = try place.registry()
        let instance = ServiceInstance(service: "s", id: "new", host: "10.0.0.1", port: 1)
        try await until { (try? await registry.register(instance, ttl: .seconds(300))) != nil }
        return registry
    }

    /// The longest time without a turn of a task that wants one every 10 ms, until it is cancelled.
    private func longestPause() async -> Duration {
        var (longest, last) = (Duration.zero, ContinuousClock.now)
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(10))
            let now = ContinuousClock.now
            (longest, last) = (max(longest, now - last), now)
        }
        return longest
    }

    @Test(
        "after an outage all see what changed, and they do not come back at once",
        arguments: RegistryPlace.Kind.connected)
    func outage(kind: RegistryPlace.Kind) async throws {
        let count = amount("SKEIN_WATCHERS", 200)
        var (arrivals, pause) = try await outage(kind, count)
        // Those that come back while this process stands still seem to come at once.
        for _ in 0..<2 where arrivals.most > count / 3 && pause > .milliseconds(300) {
            (arrivals, pause) = try await outage(kind, count)
        }
        #expect(arrivals.most <= count / 3)
    }

    /// When `count` watchers came back, and for how long this process stood still meanwhile.
    private func outage(_ kind: RegistryPlace.Kind, _ count: Int) async throws -> (Arrivals, pause: Duration) {
        let place = try await RegistryPlace(kind)
        let (watchers, lists) = try await watch(place.location, count)
        try await place.stop()
        try await until("not all noticed", within: .seconds(90)) { watchers.allSatisfy(\.isAway) }
        // So long that their waits have grown: those of a moment ago say nothing.
        try await Task.sleep(for: .seconds(3))
        let ticker = Task { await longestPause() }
        defer { ticker.cancel() }
        try await place.start()
        let registry = try await registerNew(place)
        try await until("not all are back", within: .seconds(180)) { lists.allSatisfy { $0.ids == ["new"] } }
        ticker.cancel()
        let pause = await ticker.value
        let times = watchers.compactMap(\.cameBack)
        let first = try #require(times.min())
        let arrivals = Arrivals(times.map { $0 - first })
        print("\(kind), killed and started: \(arrivals)")
        #expect(arrivals.times.count == watchers.count)
        await registry.close()
        try await place.stop()
        return (arrivals, pause)
    }

    @Test(
        "when all connections are cut at once all are back soon, each with few connections",
        arguments: RegistryPlace.Kind.connected)
    func reset(kind: RegistryPlace.Kind) async throws {
        let place = try await RegistryPlace(kind)
        let proxy = try await CutProxy(to: place.port)
        let (watchers, lists) = try await watch(
            place.location(at: proxy.port), amount("SKEIN_WATCHERS", 200) / 2)
        // Redis has one for what it is told and one for what it asks.
        let each = kind == .redis ? 2 : 1
        try await until("not all are connected", within: .seconds(60)) { proxy.taken.count >= each * watchers.count }
        let before = proxy.taken.count
        let start = ContinuousClock.now
        proxy.cut(.reset)
        proxy.mend()
        let registry = try await registerNew(place)
        try await until("not all are back", within: .seconds(180)) { lists.allSatisfy { $0.ids == ["new"] } }
        // How they are spread over half a second says more of this machine's load than of them.
        let arrivals = Arrivals(proxy.taken.dropFirst(before).map { $0 - start })
        print("\(kind), \(before) connections of \(watchers.count) watchers cut: \(arrivals)")
        #expect(arrivals.times.count <= 2 * each * watchers.count)
        await registry.close()
        await proxy.close()
        try await place.stop()
    }
}
