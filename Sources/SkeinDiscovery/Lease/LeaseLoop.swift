// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution

/// Keeps one instance registered, as `LeaseMachine` decides.
struct LeaseLoop: Sendable {
    let registry: any ServiceRegistry
    let instance: ServiceInstance
    let ttl: Duration
    /// How often it is renewed; `nil`: after a third of `ttl`.
    var interval: Duration?
    let context: RegistryContext

    /// How long a registration may go on that nobody wants any more: what it leaves behind must be known to be removed.
    static let patience = Duration.seconds(2)

    /// Until cancelled; then the instance is registered still, under the lease that is returned.
    nonisolated(nonsending) func run() async -> LeaseID? {
        var machine = LeaseMachine(ttl: ttl, renewedEvery: interval, seed: context.seed)
        let now = context.clock.elapsed
        while !Task.isCancelled {
            let asked = now()
            do {
                switch machine.step(at: asked) {
                case .wait(let time): try await context.clock.sleep(for: time)
                case .register:
                    let lease = try await register(within: machine.timeout(atMost: registry.traits.timeout))
                    machine.registered(lease, asked: asked)
                case .renew(let lease):
                    let limit = machine.timeout(atMost: registry.traits.timeout)
                    let renewal = try await context.clock.limit(limit, "renew \(instance.id)") {
                        try await registry.renew(lease, of: instance, ttl: ttl)
                    }
                    if renewal == .lost { context.logger.warning("register \(label) again: its lease is lost") }
                    machine.renewed(renewal, asked: asked)
                }
            } catch {
                if Task.isCancelled { break }
                context.logger.warning("keep \(label) registered: \(error)")
                machine.failed()
            }
        }
        return machine.lease
    }

    /// Ends when it is cancelled, too, but not at once.
    private nonisolated(nonsending) func register(within limit: Duration) async throws -> LeaseID {
        let clock = context.clock
        let asking = Task {
            try await clock.limit(limit, "register \(instance.id)") {
                try await registry.register(instance, ttl: ttl)
            }
        }
        return try await withTaskCancellationHandler {
            try await asking.value
        } onCancel: {
            Task {
                try? await clock.sleep(for: LeaseLoop.patience)
                asking.cancel()
            }
        }
    }

    private var label: String { "\(instance.service) at \(instance.address)" }
}
