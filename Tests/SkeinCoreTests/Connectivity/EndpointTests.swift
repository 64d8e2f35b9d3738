// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Endpoints", .timeLimit(.minutes(2)))
struct EndpointTests {
    private enum Rack: EndpointAttribute { static let defaultValue = "none" }
    private enum Slots: EndpointAttribute { static let defaultValue = 0 }

    private let a = EndpointAddress.ipv4("10.0.0.1", port: 1)
    private let b = EndpointAddress.ipv4("10.0.0.2", port: 1)

    @Test("two endpoints are the same server when their address sets are, in any order")
    func identity() {
        #expect(Endpoint(a, b).identity == Endpoint(b, a, weight: 7).identity)
        #expect(Endpoint(a, a).identity == Endpoint(a).identity)
        #expect(Endpoint(a).identity != Endpoint(a, b).identity)
        #expect(Endpoint(b, a).identity.description == "10.0.0.1:1,10.0.0.2:1")
    }

    @Test("attributes are kept by type and count for equality, not for identity")
    func attributes() {
        var endpoint = Endpoint(a)
        #expect(endpoint[Rack.self] == "none")
        endpoint[Rack.self] = "r1"
        endpoint[Slots.self] = 4
        #expect(endpoint[Rack.self] == "r1")
        #expect(endpoint[Slots.self] == 4)
        #expect(endpoint != Endpoint(a))
        #expect(endpoint.identity == Endpoint(a).identity)
        var twin = Endpoint(a)
        twin[Slots.self] = 4
        twin[Rack.self] = "r1"
        #expect(endpoint == twin)
        #expect(endpoint.hashValue == twin.hashValue)
    }
}

@Suite("Connectivity states", .timeLimit(.minutes(2)))
struct ConnectivityStateTests {
    @Test("a kind is compared without the reason of a failure")
    func kinds() {
        let all: [ConnectivityState] = [
            .idle, .connecting, .ready, .transientFailure(RPCError(.unavailable, "a")), .shutdown,
        ]
        for (i, one) in all.enumerated() {
            for (j, other) in all.enumerated() { #expect(one.isSameKind(as: other) == (i == j)) }
        }
        #expect(all[3].isSameKind(as: .transientFailure(RPCError(.internal, "b"))))
        #expect(all.filter(\.isReady).count == 1)
        #expect(all.filter(\.isTransientFailure).count == 1)
        #expect(all.map(\.description) == ["IDLE", "CONNECTING", "READY", "TRANSIENT_FAILURE (a)", "SHUTDOWN"])
    }
}
