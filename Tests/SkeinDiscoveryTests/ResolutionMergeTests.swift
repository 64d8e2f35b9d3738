// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("several registries as one")
struct ResolutionMergeTests {
    private func list(_ hosts: Int..., weight: UInt32 = 1, standing: EndpointStanding = .listed) -> Result<
        Resolution, RPCError
    > {
        let endpoints = hosts.map { host in
            var endpoint = Endpoint(.ipv4("10.0.0.\(host)", port: 1), weight: weight)
            endpoint[EndpointStanding.self] = standing
            return endpoint
        }
        return .success(Resolution(endpoints, note: "n\(weight)"))
    }

    private func shown(_ merge: ResolutionMerge) -> [String]? {
        switch merge.merged {
        case nil: nil
        case .failure(let error): [error.message]
        case .success(let resolution):
            resolution.endpoints.map { "\($0.addresses[0].host.suffix(1))*\($0.weight)" }.sorted()
        }
    }

    private let down = Result<Resolution, RPCError>.failure(RPCError(.unavailable, "down"))

    @Test("first: the first registry that has instances is used, and waited for")
    func first() {
        var merge = ResolutionMerge(.first, sources: 2)
        merge.received(list(2, weight: 2), from: 1)
        #expect(shown(merge) == nil)
        merge.received(list(1), from: 0)
        #expect(shown(merge) == ["1*1"])
        merge.received(list(), from: 0)
        #expect(shown(merge) == ["2*2"])
        merge.received(list(), from: 1)
        #expect(shown(merge) == [])
    }

    @Test("first: one that does not answer is stood in for, and one that fails later keeps its list")
    func firstFails() {
        var merge = ResolutionMerge(.first, sources: 2)
        merge.received(down, from: 0)
        #expect(shown(merge) == nil)
        merge.received(list(2), from: 1)
        #expect(shown(merge) == ["2*1"])
        merge.received(list(1), from: 0)
        merge.received(down, from: 0)
        #expect(shown(merge) == ["1*1"])
    }

    @Test("union: servers are merged by address, with what came last")
    func union() {
        var merge = ResolutionMerge(.union, sources: 2)
        merge.received(list(1, 2, weight: 5), from: 0)
        #expect(shown(merge) == nil)
        merge.received(list(2, 3, weight: 7), from: 1)
        #expect(shown(merge) == ["1*5", "2*7", "3*7"])
        merge.received(list(1, 2, weight: 6), from: 0)
        #expect(shown(merge) == ["1*6", "2*6", "3*7"])
    }

    @Test("union: a list that changed elsewhere is no news of a server that it names as before")
    func freshness() {
        var merge = ResolutionMerge(.union, sources: 2)
        merge.received(list(1, weight: 5), from: 0)
        merge.received(list(1, weight: 7), from: 1)
        merge.received(list(1, 2, weight: 5), from: 0)
        #expect(shown(merge) == ["1*7", "2*5"])
        merge.received(list(1, 2, weight: 6), from: 0)
        #expect(shown(merge) == ["1*6", "2*6"])
    }

    @Test("union: what one registry is sure of is not in doubt")
    func standing() {
        var merge = ResolutionMerge(.union, sources: 2)
        merge.received(list(1, weight: 5), from: 0)
        merge.received(list(1, weight: 7, standing: .kept), from: 1)
        #expect(shown(merge) == ["1*5"])
    }

    @Test("when no registry answers the error is theirs")
    func failures() {
        for mode in [RegistryCombination.Mode.first, .union] {
            var merge = ResolutionMerge(mode, sources: 2)
            merge.received(down, from: 0)
            merge.received(down, from: 1)
            #expect(shown(merge) == ["down"])
        }
    }

    @Test("the service stands between the location and its parameters")
    func targets() {
        let combination = RegistryCombination.union(of: "etcd://a,b", "consul://c/?dc=x", "zookeeper://d/services")
        #expect(
            combination.targets(of: "greeter") == [
                "etcd://a,b/greeter", "consul://c/greeter?dc=x", "zookeeper://d/services/greeter",
            ])
    }

    @Test("a channel's target names the combination", .timeLimit(.minutes(2)))
    func endToEnd() async throws {
        let names = (0..<2).map { _ in "h" + String(UInt64.random(in: 0 ... .max), radix: 36) }
        var catalog = RegistryCatalog(MemoryRegistry.self)
        catalog.register(.union(of: "memory://\(names[0])", "memory://\(names[1])"), as: "both")
        let subjects = names.map { RegistrySubject(catalog, "memory://\($0)") }
        let list = try WatchedList("both:///s", catalog)
        for (number, subject) in subjects.enumerated() {
            _ = try await subject.registry().register(subject.instance("s", number), ttl: .seconds(60))
        }
        try await until { list.ids == ["i0", "i1"] }
        for wrong in ["both:///", "both://x/s", "both:///s?a=b"] {
            #expect(throws: ConfigurationError.self) { try WatchedList(wrong, catalog) }
        }
    }
}
