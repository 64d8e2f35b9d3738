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

    @Test("all see a change made afterwards, and they do not come back at once", arguments: RegistryPlace.Kind.allCases)
    func herd(kind: RegistryPlace.Kind) async throws {
        let place = try await RegistryPlace(kind)
        let watchers = (0..<amount("SKEIN_WATCHERS", 200)).map { _ in Watcher() }
        let lists = try watchers.map { watcher in
            var catalog = RegistryCatalog.builtIn
            catalog.options.observer = watcher
            return try WatchedList("\(place.location)/s", catalog)
        }
        try await until("not all have a list", within: .seconds(90)) { lists.allSatisfy { $0.instances == [] } }
        try await place.stop()
        try await until("not all noticed", within: .seconds(90)) { watchers.allSatisfy(\.isAway) }
        // So long that their waits have grown: those of a moment ago say nothing.
        try await Task.sleep(for: .seconds(3))
        try await place.start()
        let registry = try place.registry()
        let instance = ServiceInstance(service: "s", id: "new", host: "10.0.0.1", port: 1)
        try await until { (try? await registry.register(instance, ttl: .seconds(300))) != nil }
        try await until("not all are back", within: .seconds(180)) { lists.allSatisfy { $0.ids == ["new"] } }
        let times = watchers.compactMap(\.cameBack)
        let first = try #require(times.min())
        let arrivals = Arrivals(times.map { $0 - first })
        print("\(kind), \(arrivals)")
        #expect(arrivals.times.count == watchers.count)
        #expect(arrivals.most <= watchers.count / 3)
        await registry.close()
        try await place.stop()
    }
}
