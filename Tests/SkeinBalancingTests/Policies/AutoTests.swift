// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinBalancing

/// What `auto` has beside `ReportedLoadTests` and `HashPolicyTests`.
@Suite(.timeLimit(.minutes(2))) struct AutoTests {
    private func used(_ fleet: Fleet) -> Set<Endpoint> { Set(fleet.subchannels.map(\.endpoint)) }

    private func auto(_ fields: String) throws -> LoadBalancing { try LoadBalancing(policy: "auto", json: fields) }

    @Test("servers are asked for their load when there is a choice, one alone is not")
    func oneEndpoint() throws {
        var fleet = try Fleet(.auto, Fleet.endpoints(1))
        for _ in 0..<100 { #expect(fleet.choose() == 0) }
        #expect(!fleet.wantsReports && fleet.probed.isEmpty)
        fleet.update(Fleet.endpoints(2))
        #expect(!fleet.wantsReports)
        fleet.connectAll()
        #expect(fleet.wantsReports)
        for _ in 0..<100 { _ = fleet.choose() }
        #expect(!fleet.probed.isEmpty)
    }

    @Test(
        "uses a subset of over 50 endpoints when it knows the number of clients, else all",
        arguments: [
            (#"{}"#, 400, 400), (#"{"clientOrdinal": 3}"#, 400, 400), (#"{"clientCount": 1000}"#, 50, 50),
            (#"{"clientCount": 1000}"#, 51, 20), (#"{"clientCount": 100}"#, 400, 80),
            (#"{"clientCount": 100, "clientOrdinal": 7}"#, 400, 80), (#"{"clientCount": 10}"#, 400, 400),
        ])
    func sizes(json: String, endpoints: Int, size: Int) throws {
        var fleet = try Fleet(try auto(json), Fleet.endpoints(endpoints))
        #expect(fleet.subchannels.count == size)
        let before = used(fleet)
        fleet.update(Fleet.endpoints(endpoints).reversed())
        #expect(used(fleet) == before)
        let picked = Set((0..<20 * size).compactMap { _ in fleet.pick() })
        #expect(picked.count <= size && picked.count > size / 2)
    }

    @Test("clients that draw use different endpoints; those that know their number use each equally often")
    func spread() throws {
        let all = Fleet.endpoints(60)
        var drawn: Set<Set<Endpoint>> = []
        var counts: [Endpoint: Int] = [:]
        for client in 0..<60 {
            let random = try Fleet(.auto(of: 60), all, seed: UInt64(client))
            drawn.insert(used(random))
            let ring = try Fleet(.auto(client: client, of: 60), all, seed: UInt64(client))
            for endpoint in used(ring) { counts[endpoint, default: 0] += 1 }
        }
        #expect(drawn.count == 60)
        #expect(counts.count == 60 && counts.values.allSatisfy { $0 == 20 })
    }

    @Test("a member that fails for over 10 seconds is replaced, and has its place again when it is ready")
    func failing() throws {
        var fleet = try Fleet(.auto(of: 100), Fleet.endpoints(100))
        let members = used(fleet)
        let bad = fleet.subchannels[1]
        fleet.set(bad.id, refused)
        fleet.advance(by: .seconds(9))
        #expect(used(fleet) == members)
        fleet.advance(by: .seconds(2))
        #expect(used(fleet).count == 20 && !used(fleet).contains(bad.endpoint))
        #expect(fleet.remarks[bad.endpoint.identity] == "not in the subset: another has its place, since it failed")
        fleet.connectAll()
        let picked = Set((0..<2000).compactMap { _ in fleet.pick() })
        #expect(picked.count == 20 && !picked.contains(bad.endpoint.addresses[0].description))
        fleet.advance(by: .seconds(60))
        #expect(used(fleet).count == 21)
        fleet.connectAll()
        #expect(used(fleet) == members)
    }

    @Test("a member whose calls fail is replaced as well")
    func ejected() throws {
        var fleet = try Fleet(.auto(of: 100), Fleet.endpoints(100))
        let bad = fleet.subchannels[1]
        for _ in 0..<3000 {
            guard let (subchannel, token) = fleet.start() else { break }
            fleet.end(token, subchannel.id == bad.id ? .fault : .success, latency: 0.01)
        }
        fleet.advance(by: .seconds(12))
        #expect(used(fleet).count == 20 && !used(fleet).contains(bad.endpoint))
    }

    @Test("says which endpoints it leaves out, and why")
    func explains() throws {
        let fleet = try Fleet(.auto(of: 100), Fleet.endpoints(100))
        #expect(fleet.remarks.count == 80)
        #expect(
            fleet.remarks.values.allSatisfy {
                $0 == "not in the subset: this client, one of 100, uses 20 of 100 endpoints"
            })
        #expect(try Fleet(.auto, Fleet.endpoints(100)).remarks.isEmpty)
    }

    @Test("another number of clients takes effect at once")
    func reconfigured() throws {
        var fleet = try Fleet(.auto, Fleet.endpoints(100))
        let seen = used(fleet)
        fleet.reconfigure(.auto(of: 100))
        #expect(fleet.subchannels.count == 20)
        fleet.reconfigure(.auto(of: 40))
        #expect(fleet.subchannels.count == 50)
        fleet.reconfigure(.auto)
        fleet.connectAll()
        #expect(used(fleet) == seen && fleet.pick() != nil)
    }

    @Test(
        "the number of clients may come from the resolver, through any policy around; the config's own comes first",
        arguments: [
            ("auto", "{}", 20), ("auto", #"{"clientCount": 40}"#, 50), ("auto", #"{"requestHashHeader": "user"}"#, 100),
            ("subsetting", #"{"childPolicy": [{"auto": {}}]}"#, 20),
            ("priority", #"{"childPolicy": [{"auto": {}}]}"#, 20),
        ])
    func resolvedClients(name: String, fields: String, count: Int) throws {
        var fleet = try Fleet(try LoadBalancing(policy: name, json: fields))
        fleet.update(Fleet.endpoints(100), clients: 100)
        #expect(fleet.subchannels.count == count)
    }

    @Test("when the number of clients changes, what was used before stays in use")
    func changingClients() throws {
        var fleet = try Fleet(.auto)
        let all = Fleet.endpoints(100)
        fleet.update(all, clients: 100)
        let few = used(fleet)
        fleet.update(all, clients: 80)
        let more = used(fleet)
        #expect(few.count == 20 && more.count == 25 && few.isSubset(of: more))
        fleet.update(all, clients: 100)
        #expect(used(fleet) == few)
    }

    @Test("with another config, what is in flight counts once still")
    func inFlight() throws {
        let config = #""boundedLoadFactor": 1, "boundedLoadFrom": 0"#
        var fleet = try Fleet(try auto("{\(config)}"), Fleet.endpoints(2))
        var counts: [SubchannelID: Int] = [:]
        for round in 0..<40 {
            if round == 20 { fleet.reconfigure(try auto(#"{\#(config), "poolSize": 4}"#)) }
            guard let (subchannel, _) = fleet.start(hash: someKeys[0]) else { return #expect(Bool(false)) }
            counts[subchannel.id, default: 0] += 1
        }
        #expect(Array(counts.values) == [20, 20])
    }

    @Test("a subset and keys from a header exclude each other")
    func keys() throws {
        let choice = try auto(#"{"clientCount": 100, "requestHashHeader": "user"}"#)
        let error = #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([choice]) }
        #expect(error?.message.contains(#"requestHashHeader is "user", with clientCount: expected one"#) == true)
        let wrong = try auto(#"{"clientCount": 0}"#)
        #expect(throws: ConfigurationError.self) { try LoadBalancingRegistry.builtIn.validate([wrong]) }
    }
}
