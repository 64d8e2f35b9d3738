// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import TestSupport
import Testing

/// Somebody watches and a server is registered by way of a network that is cut, while the registry goes on.
@Suite("a cut network in front of a registry", .timeLimit(.minutes(8)))
struct NetworkCutTests {
    @Test(
        "calls end in time, the list holds; after the cut what was missed is seen, who lost his lease is back, no ghost",
        arguments: RegistryPlace.Kind.allCases, CutProxy.Cut.allCases)
    func cut(kind: RegistryPlace.Kind, cut: CutProxy.Cut) async throws {
        let place = try await RegistryPlace(kind)
        let proxy = try await CutProxy(to: place.port)
        let far = place.location(at: proxy.port)
        let (near, through) = (
            try place.registry(), try RegistryCatalog.builtIn.registry(far, RegistryContext())
        )
        let registration = try Registration(
            in: far, service: "s",
            options: RegistrationOptions().with { ($0.advertise, $0.ttl) = ("10.9.9.9:99", .seconds(3)) })
        try await registration.didListen([.ipv4("127.0.0.1", port: 99)])
        let (leaving, joining) = (instance(1), instance(2))
        let lease = try await near.register(leaving, ttl: .seconds(300))
        let list = try WatchedList(place.target(of: "s", at: proxy.port), .builtIn)
        try await until { list.ids == ["10.9.9.9:99", "i1"] }
        let taken = proxy.taken.count
        proxy.cut(cut)

        let asked = ContinuousClock.now
        await #expect(throws: (any Error).self) { try await through.list("s") }
        let answered = ContinuousClock.now - asked
        try await near.deregister(lease, of: leaving)
        _ = try await near.register(joining, ttl: .seconds(300))
        try await until("the server that was cut off kept its lease", within: .seconds(60)) {
            try await near.list("s").instances.map(\.id) == ["i2"]
        }
        try await Task.sleep(until: asked + .seconds(amount(RegistryPlace.outage, 6)), clock: .continuous)
        #expect(list.ids == ["10.9.9.9:99", "i1"])
        let length = ContinuousClock.now - asked
        let tries = proxy.taken.count - taken
        proxy.mend()

        let mended = ContinuousClock.now
        try await until("the list is \(list.ids ?? [])", within: .seconds(120)) { list.ids == ["10.9.9.9:99", "i2"] }
        let seen = ContinuousClock.now - mended
        // What was held back may arrive late, and must bring nobody back.
        let listed = try await near.list("s").instances.map(\.id)
        #expect(listed.sorted() == ["10.9.9.9:99", "i2"])
        await registration.willDrain()
        try await until("the list is \(list.ids ?? [])", within: .seconds(60)) { list.ids == ["i2"] }
        let left = try await near.list("s").instances.map(\.id)
        #expect(left == ["i2"])
        print(
            "\(kind), \(cut) for \(length): a call ended after \(answered), \(tries) connections were tried,",
            "all seen \(seen) after the cut")
        await registration.didStop()
        for registry in [near, through] { await registry.close() }
        await proxy.close()
        try await place.stop()
    }

    @Test(
        "a connection that was cut is opened by the next call, not before: all clients lose theirs at one moment",
        arguments: RegistryPlace.Kind.connected)
    func reconnection(kind: RegistryPlace.Kind) async throws {
        let place = try await RegistryPlace(kind)
        let proxy = try await CutProxy(to: place.port)
        let registry = try RegistryCatalog.builtIn.registry(place.location(at: proxy.port), RegistryContext())
        _ = try await registry.list("s")
        let before = proxy.taken.count
        proxy.cut(.reset)
        proxy.mend()
        try await Task.sleep(for: .milliseconds(700))
        #expect(proxy.taken.count == before)
        try await until { (try? await registry.list("s")) != nil }
        #expect(proxy.taken.count == before + 1)
        await registry.close()
        await proxy.close()
        try await place.stop()
    }

    private func instance(_ number: Int) -> ServiceInstance {
        ServiceInstance(service: "s", id: "i\(number)", host: "10.1.2.3", port: 1000 + number)
    }
}
