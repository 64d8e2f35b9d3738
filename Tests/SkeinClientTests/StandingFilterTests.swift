// SPDX-License-Identifier: Apache-2.0
import SkeinBalancing
import SkeinCore
import Testing

@testable import SkeinClient

@Suite("endpoints that are only good while connected")
struct StandingFilterTests {
    private let start = ContinuousClock.now
    private let one = SubchannelID(slot: 0, generation: 1)

    private func endpoints(_ standings: EndpointStanding...) -> [Endpoint] {
        standings.enumerated().map { index, standing in
            var endpoint = Endpoint(.ipv4("10.0.0.\(index)", port: 1))
            endpoint[EndpointStanding.self] = standing
            return endpoint
        }
    }

    private func hosts(_ endpoints: [Endpoint]) -> [String] { endpoints.compactMap { $0.addresses.first?.host } }

    @Test("what the registry lists is used whether connected or not")
    func listed() {
        var filter = StandingFilter()
        #expect(filter.usable(endpoints(.listed, .listed), isVerified: false, at: start).count == 2)
        #expect(filter.nextChange(after: start) == nil)
    }

    @Test("what is only kept is used while it is connected")
    func kept() {
        var filter = StandingFilter()
        let all = endpoints(.listed, .kept, .kept)
        filter.became(all[1].identity, one, ready: true)
        #expect(hosts(filter.usable(all, isVerified: true, at: start)) == ["10.0.0.0", "10.0.0.1"])
        filter.became(all[1].identity, one, ready: false)
        #expect(hosts(filter.usable(all, isVerified: true, at: start)) == ["10.0.0.0"])
    }

    @Test("what is unconfirmed may be connected again for an hour")
    func unconfirmed() {
        var filter = StandingFilter()
        let all = endpoints(.unconfirmed, .unconfirmed)
        filter.became(all[0].identity, one, ready: true)
        #expect(filter.usable(all, isVerified: false, at: start).count == 2)
        #expect(filter.nextChange(after: start) == start + .seconds(3600))
        #expect(filter.usable(all, isVerified: false, at: start + .seconds(3599)).count == 2)
        #expect(hosts(filter.usable(all, isVerified: false, at: start + .seconds(3600))) == ["10.0.0.0"])
        // The other one loses its connection now: its hour starts now.
        filter.became(all[0].identity, one, ready: false)
        let lost = start + .seconds(4000)
        #expect(hosts(filter.usable(all, isVerified: false, at: lost)) == ["10.0.0.0"])
        #expect(filter.usable(all, isVerified: false, at: lost + .seconds(3600)).isEmpty)
    }

    @Test("only the loss of the last connection of an endpoint that is not listed matters")
    func events() {
        var filter = StandingFilter()
        let all = endpoints(.listed, .kept, .unconfirmed)
        let two = SubchannelID(slot: 1, generation: 1)
        for endpoint in all { filter.became(endpoint.identity, one, ready: true) }
        _ = filter.usable(all, isVerified: false, at: start)
        let changes = [(two, true), (one, false), (one, false), (two, false), (two, false), (one, true)]
        let matters = all.map { endpoint in
            changes.map { filter.became(endpoint.identity, $0, ready: $1) }
        }
        let last = [false, false, false, true, false, false]
        #expect(matters == [[Bool](repeating: false, count: 6), last, last])
    }

    @Test("the hour of an unconfirmed endpoint starts anew with each loss of its connection")
    func again() {
        var filter = StandingFilter()
        let all = endpoints(.unconfirmed)
        _ = filter.usable(all, isVerified: false, at: start)
        filter.became(all[0].identity, one, ready: true)
        filter.became(all[0].identity, one, ready: false)
        let lost = start + .seconds(3000)
        #expect(filter.usable(all, isVerified: false, at: lost).count == 1)
        #expect(filter.usable(all, isVerified: false, at: lost + .seconds(3599)).count == 1)
    }

    @Test("with a verified identity it may be connected for good, and a registry that is back ends the doubt")
    func verified() {
        var filter = StandingFilter()
        let all = endpoints(.unconfirmed)
        _ = filter.usable(all, isVerified: false, at: start)
        #expect(filter.usable(all, isVerified: true, at: start + .seconds(9000)).count == 1)
        _ = filter.usable(endpoints(.listed), isVerified: false, at: start + .seconds(9000))
        #expect(filter.usable(all, isVerified: false, at: start + .seconds(9001)).count == 1)
    }
}
