// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("what a registry says, and what is used")
struct ListGuardTests {
    private func instances(_ range: Range<Int>) -> [ServiceInstance] {
        range.map { ServiceInstance(service: "s", id: "\($0)", host: "10.0.0.1", port: 1000 + $0) }
    }

    private func guarded(shrinking: Bool = false) -> ListGuard {
        var limits = ListGuard.Limits()
        limits.guardsShrinking = shrinking
        return ListGuard(limits)
    }

    private func ids(_ guarded: ListGuard, at now: Duration, _ standing: EndpointStanding? = nil) -> Set<String> {
        Set((guarded.entries(at: now) ?? []).filter { standing == nil || $0.standing == standing }.map(\.instance.id))
    }

    @Test("before the registry has answered there is no list, not an empty one")
    func unknown() {
        var guarded = guarded()
        #expect(guarded.entries(at: .zero) == nil)
        guarded.failed(at: .zero)
        #expect(guarded.entries(at: .seconds(5)) == nil)
        guarded.listed([], at: .seconds(6))
        #expect(guarded.entries(at: .seconds(6)) == [])
    }

    @Test("a registry that fails takes nothing away; after ten minutes its instances are unconfirmed")
    func unreachable() {
        var guarded = guarded()
        guarded.listed(instances(0..<3), at: .zero)
        guarded.failed(at: .seconds(10))
        guarded.failed(at: .seconds(500))
        #expect(guarded.nextChange(after: .seconds(500)) == .seconds(610))
        #expect(ids(guarded, at: .seconds(609), .listed).count == 3)
        #expect(ids(guarded, at: .seconds(610), .unconfirmed).count == 3)
        #expect(guarded.nextChange(after: .seconds(610)) == nil)
        guarded.listed(instances(0..<3), at: .seconds(700))
        #expect(ids(guarded, at: .seconds(700), .listed).count == 3)
    }

    @Test("a list that is suddenly empty is believed after 30 s, and an answer in between ends the doubt")
    func emptied() {
        var guarded = guarded()
        guarded.listed(instances(0..<3), at: .zero)
        guarded.listed([], at: .seconds(10))
        guarded.listed([], at: .seconds(20))
        #expect(ids(guarded, at: .seconds(20), .kept) == ["0", "1", "2"])
        #expect(guarded.nextChange(after: .seconds(20)) == .seconds(40))
        var believed = guarded
        believed.passed(to: .seconds(40))
        #expect(believed.entries(at: .seconds(40)) == [])
        #expect(believed.nextChange(after: .seconds(40)) == nil)
        guarded.listed(instances(1..<2), at: .seconds(25))
        #expect(ids(guarded, at: .seconds(25)) == ["1"])
        #expect(guarded.nextChange(after: .seconds(25)) == nil)
    }

    @Test("a list that is suddenly much shorter is believed by halves")
    func shrunk() {
        var guarded = guarded(shrinking: true)
        guarded.listed(instances(0..<20), at: .zero)
        guarded.listed(instances(0..<2), at: .zero)
        #expect(ids(guarded, at: .zero, .listed).count == 2)
        var sizes = [ids(guarded, at: .zero).count]
        var now: Duration = .zero
        while let next = guarded.nextChange(after: now) {
            #expect(next == now + .seconds(30))
            now = next
            guarded.passed(to: now)
            sizes.append(ids(guarded, at: now).count)
        }
        #expect(sizes == [10, 5, 3, 2])
    }

    @Test("it is halved once in 30 s, however often the registry says the same or a little more")
    func repeated() {
        var guarded = guarded(shrinking: true)
        guarded.listed(instances(0..<100), at: .zero)
        var sizes: [Int] = []
        for second in stride(from: 0, through: 60, by: 2) {
            let now = Duration.seconds(second)
            guarded.passed(to: now)
            // One more registers again with each answer.
            guarded.listed(instances(0..<5 + second / 2), at: now)
            sizes.append(ids(guarded, at: now).count)
        }
        #expect(sizes == Array(repeating: 50, count: 15) + Array(repeating: 25, count: 6) + Array(26...35))
    }

    @Test("a registry that was empty and fills again takes nothing away meanwhile")
    func refilled() {
        var guarded = guarded(shrinking: true)
        guarded.listed(instances(0..<10), at: .zero)
        guarded.listed([], at: .seconds(1))
        for count in 1...10 {
            guarded.listed(instances(0..<count), at: .seconds(1 + count))
            #expect(ids(guarded, at: .seconds(1 + count)).count == 10)
        }
        #expect(guarded.nextChange(after: .seconds(12)) == nil)
        guarded.listed(instances(0..<10), at: .seconds(20))
        #expect(ids(guarded, at: .seconds(20), .listed).count == 10)
    }

    @Test("an empty list in the midst of another doubt is held as long as any")
    func emptiedWhileShrinking() {
        var guarded = guarded(shrinking: true)
        guarded.listed(instances(0..<10), at: .zero)
        guarded.listed(instances(0..<1), at: .zero)
        guarded.listed([], at: .seconds(29))
        #expect(ids(guarded, at: .seconds(29), .kept).count == 5)
        #expect(guarded.nextChange(after: .seconds(29)) == .seconds(59))
    }

    @Test("what comes back is listed again, what is new too, and a registry that does not forget is believed at once")
    func returned() {
        var guarded = guarded(shrinking: true)
        guarded.listed(instances(0..<10), at: .zero)
        guarded.listed(instances(0..<1), at: .zero)
        #expect(ids(guarded, at: .zero, .kept).count == 4)
        guarded.listed(instances(0..<3) + instances(20..<24), at: .seconds(1))
        #expect(ids(guarded, at: .seconds(1), .listed).count == 7)
        #expect(ids(guarded, at: .seconds(1), .kept).isDisjoint(with: ["0", "1", "2"]))
        var trusted = self.guarded()
        trusted.listed(instances(0..<10), at: .zero)
        trusted.listed(instances(0..<1), at: .zero)
        #expect(ids(trusted, at: .zero) == ["0"])
    }

    @Test("whatever comes, nothing listed is left out, nothing is kept for good, and nothing is there twice")
    func anything() {
        for seed: UInt64 in 0..<200 {
            var random = SplitMix64(seed: seed)
            var guarded = guarded(shrinking: seed.isMultiple(of: 2))
            var now: Duration = .zero
            var last: [ServiceInstance]?
            for _ in 0..<60 {
                now += .seconds(Int.random(in: 0...40, using: &random))
                guarded.passed(to: now)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: guarded.failed(at: now)
                case 1:
                    last = []
                    guarded.listed([], at: now)
                default:
                    let start = Int.random(in: 0..<30, using: &random)
                    last = instances(start..<start + Int.random(in: 1..<30, using: &random))
                    guarded.listed(last ?? [], at: now)
                }
                let entries = guarded.entries(at: now)
                #expect((entries == nil) == (last == nil))
                let used = (entries ?? []).map(\.instance.id)
                #expect(Set(used).count == used.count)
                #expect(Set(used).isSuperset(of: (last ?? []).map(\.id)))
            }
            while let next = guarded.nextChange(after: now) {
                #expect(next >= now)
                now = max(next, now + .milliseconds(1))
                guarded.passed(to: now)
            }
            #expect(ids(guarded, at: now, .kept).isEmpty)
        }
    }
}
