// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTesting
import Testing

@testable import SkeinDiscovery

@Suite("keeping an instance registered", .timeLimit(.minutes(2)))
struct LeaseLoopTests {
    private let name = "h" + String(UInt64.random(in: 0 ... .max), radix: 36)
    private let instance = ServiceInstance(service: "s", host: "10.0.0.1", port: 1)

    /// The lease of a loop that is cancelled while the registry, which holds the instance, keeps its answer for `delay`.
    private func cancelled(
        answerAfter delay: Duration, _ clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> (LeaseID?, any ServiceRegistry) {
        let store = MemoryRegistry.Store.named(name)
        store.answer(after: delay)
        let context = RegistryContext(clock: clock)
        let registry = try RegistryCatalog(MemoryRegistry.self).registry("memory://\(name)", context)
        let loop = LeaseLoop(registry: registry, instance: instance, ttl: .seconds(600), context: context)
        let task = Task { await loop.run() }
        try await until { store.holds("s") }
        task.cancel()
        return (await task.value, registry)
    }

    @Test("one that is cancelled while it registers still knows the lease, so that nothing is left behind")
    func cancelledWhileRegistering() async throws {
        // By this clock its patience does not end.
        let (lease, registry) = try await cancelled(answerAfter: .milliseconds(300), TestClock())
        try await registry.deregister(try #require(lease), of: instance)
        #expect(try await registry.list("s").instances.isEmpty)
    }

    @Test("it waits for an answer that does not come no longer than it has patience")
    func withoutAnswer() async throws {
        let (lease, _) = try await cancelled(answerAfter: .seconds(3600))
        #expect(lease == nil)
    }
}
