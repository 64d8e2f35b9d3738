// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import SkeinTesting
import Synchronization
import Testing

@testable import SkeinDiscovery

@Suite("instances that are registered by host names", .timeLimit(.minutes(2)))
struct HostNamesTests {
    /// Name servers in this process.
    private final class Names: AddressLookup {
        struct State {
            /// The last part of the address; `nil`: the name servers fail.
            var answers: [String: Int] = [:]
            var validFor: Duration?
            var asked: [String] = []
            var underWay = 0
            var mostUnderWay = 0
        }

        let state = Mutex(State())

        nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress] {
            try await answer(for: host, port: port).addresses
        }

        nonisolated(nonsending) func answer(for host: String, port: Int) async throws -> AddressAnswer {
            state.withLock { state in
                state.asked.append(host)
                state.underWay += 1
                state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            }
            for _ in 0..<100 { await Task.yield() }
            return try state.withLock { state in
                state.underWay -= 1
                guard let number = state.answers[host] else { throw RPCError(.unavailable, "no name server answers") }
                return AddressAnswer(addresses: [.ipv4("10.0.0.\(number)", port: port)], validFor: state.validFor)
            }
        }
    }

    private let names = Names()
    private let clock = TestClock()

    private func hostNames() -> HostNames {
        var context = RegistryContext(clock: clock)
        context.lookup = names
        return HostNames(context)
    }

    private func entries(_ hosts: String...) -> [ListGuard.Entry] {
        hosts.map { ListGuard.Entry(instance: ServiceInstance(service: "s", host: $0, port: 1), standing: .listed) }
    }

    private func shown(_ endpoints: [Endpoint]) -> [String] { endpoints.flatMap(\.addresses).map(\.host) }

    @Test("numbers are not looked up, and nothing is to be looked up again")
    func numbers() async {
        let (endpoints, again) = await hostNames().endpoints(entries("10.0.0.9", "::1"))
        #expect(shown(endpoints) == ["10.0.0.9", "::1"])
        #expect(again == nil)
        #expect(names.state.withLock(\.asked) == [])
    }

    @Test("a name that cannot be looked up is tried again after 5 s, and the others are there meanwhile")
    func failure() async {
        let subject = hostNames()
        names.state.withLock { $0.answers = ["a": 1] }
        let (first, again) = await subject.endpoints(entries("a", "b"))
        #expect(shown(first) == ["10.0.0.1"])
        #expect(again == .seconds(5))
        names.state.withLock { $0.answers["b"] = 2 }
        clock.advance(by: .seconds(5))
        let (second, _) = await subject.endpoints(entries("a", "b"))
        #expect(shown(second) == ["10.0.0.1", "10.0.0.2"])
        #expect(names.state.withLock(\.asked).sorted() == ["a", "b", "b"])
    }

    @Test("an answer holds as long as the name server says, and the last one while none answers")
    func validity() async {
        let subject = hostNames()
        names.state.withLock { ($0.answers, $0.validFor) = (["a": 1], .seconds(60)) }
        let (_, again) = await subject.endpoints(entries("a"))
        #expect(again == .seconds(60))
        names.state.withLock { $0.answers = ["a": 2] }
        clock.advance(by: .seconds(50))
        let (same, _) = await subject.endpoints(entries("a"))
        #expect(shown(same) == ["10.0.0.1"])
        clock.advance(by: .seconds(10))
        let (moved, _) = await subject.endpoints(entries("a"))
        #expect(shown(moved) == ["10.0.0.2"])
        names.state.withLock { $0.answers = [:] }
        clock.advance(by: .seconds(60))
        let (kept, soon) = await subject.endpoints(entries("a"))
        #expect(shown(kept) == ["10.0.0.2"])
        #expect(soon == .seconds(5))
    }

    @Test("a name that is in the list no more is forgotten")
    func forgotten() async {
        let subject = hostNames()
        names.state.withLock { $0.answers = ["a": 1, "b": 2] }
        for list in [entries("a"), entries("b"), entries("a")] { _ = await subject.endpoints(list) }
        #expect(names.state.withLock(\.asked) == ["a", "b", "a"])
    }

    @Test("many names are looked up at once, but not all")
    func many() async {
        let hosts = (0..<200).map { "h\($0)" }
        names.state.withLock { state in for (number, host) in hosts.enumerated() { state.answers[host] = number } }
        let entries = hosts.map {
            ListGuard.Entry(instance: ServiceInstance(service: "s", host: $0, port: 1), standing: .listed)
        }
        let (endpoints, _) = await hostNames().endpoints(entries)
        #expect(shown(endpoints) == (0..<200).map { "10.0.0.\($0)" })
        let most = names.state.withLock(\.mostUnderWay)
        #expect((2...HostNames.atOnce).contains(most))
    }

    @Test("the channel hears of a name's address that comes later, though the registry's list stays")
    func published() async throws {
        let place = "h" + String(UInt64.random(in: 0 ... .max), radix: 36)
        let registry = try RegistryCatalog(MemoryRegistry.self).registry("memory://\(place)", RegistryContext())
        let instance = ServiceInstance(service: "s", id: "i", host: "late.test", port: 1)
        _ = try await registry.register(instance, ttl: .seconds(300))
        var context = ResolverContext()
        context.lookup = names
        let list = try WatchedList("memory://\(place)/s", RegistryCatalog(MemoryRegistry.self), context)
        try await until { list.ids == [] }
        names.state.withLock { $0.answers = ["late.test": 7] }
        try await until { list.ids == ["i"] }
        #expect(list.updates == 2)
    }
}
