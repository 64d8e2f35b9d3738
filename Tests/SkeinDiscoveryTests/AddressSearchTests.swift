// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Synchronization
import Testing

@testable import SkeinDiscovery

@Suite("looking for the address to advertise", .timeLimit(.minutes(1)))
struct AddressSearchTests {
    /// Knows where the registry is when it is asked for the third time.
    private final class LateLookup: AddressLookup {
        private let questions = Atomic(0)

        nonisolated(nonsending) func addresses(of host: String, port: Int) async throws -> [EndpointAddress] {
            guard questions.add(1, ordering: .relaxed).newValue > 2 else { throw RPCError(.unavailable, "not yet") }
            return [.ipv4("127.0.0.1", port: port)]
        }
    }

    private func search() throws -> AddressSearch {
        var context = RegistryContext()
        context.lookup = LateLookup()
        return AddressSearch(
            location: try RegistryTarget(Target("etcd://late.test"), defaultPort: 2379), explicit: nil,
            environment: nil, listening: [.ipv4("0.0.0.0", port: 80)], context: context)
    }

    @Test("it goes on until there is a route, and waits in between")
    func late() async throws {
        var waits = 0
        let address = await (try search()).untilFound("test") { _ in
            waits += 1
            return false
        }
        #expect(address?.host == "127.0.0.1")
        #expect(address?.port == 80)
        #expect(waits == 2)
    }

    @Test("it ends without an address when nobody waits any more")
    func givenUp() async throws {
        let ended = await (try search()).untilFound("test") { _ in true }
        #expect(ended == nil)
        let cancelled = await (try search()).untilFound("test") { _ in throw CancellationError() }
        #expect(cancelled == nil)
    }
}
