// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Keeps the services of this machine's containers registered in one registry. May be used from any thread.
final class RegistryLeases: Sendable {
    /// What is to become of a service.
    private enum Goal: Sendable, Hashable {
        case held(ContainerService)
        case released
        /// Its lease runs out.
        case expired
    }

    private struct Entry: Sendable {
        var goal: Goal
        let changed: Signal
    }

    private struct State: Sendable {
        var entries: [ContainerService.Key: Entry] = [:]
        var isEnding = false
    }

    private struct Held: Sendable {
        var lease: LeaseID
        var instance: ServiceInstance
        var ttl: Duration
    }

    let location: RegistryTarget
    private let registry: any ServiceRegistry
    private let options: RegistratorOptions
    private let context: RegistryContext
    /// What `SKEIN_ADVERTISE` says.
    private let advertised: String?
    private let state = Mutex(State())
    private let keys: AsyncStream<ContainerService.Key>
    private let added: AsyncStream<ContainerService.Key>.Continuation
    private let ending: Signal

    init(
        _ target: String, _ catalog: RegistryCatalog, _ options: RegistratorOptions, advertised: String?,
        _ context: RegistryContext
    ) throws(ConfigurationError) {
        (registry, location) = try catalog.registrable(target, "containers", context)
        self.options = options
        self.context = context
        self.advertised = advertised
        ending = Signal(clock: context.clock)
        (keys, added) = AsyncStream.makeStream()
    }

    /// Registers the service, or changes what is registered under its key.
    func hold(_ service: ContainerService) { set(service.key, .held(service)) }

    func withdraw(_ key: ContainerService.Key, _ kind: RegistratorMachine.Withdrawal) {
        set(key, kind == .deregister ? .released : .expired)
    }

    /// Lets go of everything; `run` returns then.
    func end() {
        let changed = state.withLock { state in
            state.isEnding = true
            for key in state.entries.keys { state.entries[key]?.goal = options.staysRegistered ? .expired : .released }
            return state.entries.values.map(\.changed)
        }
        added.finish()
        ending.set()
        for signal in changed { signal.set() }
    }

    /// Registers and renews, until `end` was called and all is done. When it is cancelled the leases run out.
    nonisolated(nonsending) func run() async {
        if let address = await address() {
            await withDiscardingTaskGroup { group in
                for await key in keys { group.addTask { await self.keep(key, at: address) } }
            }
        }
        await registry.close()
    }

    /// Takes away what stands under this machine's name in the services of `keys`, and is none of them.
    nonisolated(nonsending) func cleanUp(besides keys: Set<ContainerService.Key>) async {
        for service in Set(keys.map(\.service)).sorted() {
            do {
                let listing = try await limited("list \(service)") { [registry] in try await registry.list(service) }
                for instance in listing.instances {
                    let key = ContainerService.Key(service: service, id: instance.id)
                    guard !keys.contains(key), isOwn(instance.id), state.withLock({ $0.entries[key] == nil }) else {
                        continue
                    }
                    // Its lease is known to nobody any more; a new one can be given up.
                    try await limited("deregister \(key)") { [registry, options] in
                        let lease = try await registry.register(instance, ttl: options.ttl ?? registry.traits.ttl)
                        try await registry.deregister(lease, of: instance)
                    }
                    context.logger.info("deregister \(key) in \(location): an earlier run left it")
                }
            } catch {
                context.logger.warning("clean up \(service) in \(location): \(error)")
            }
        }
    }

    private nonisolated(nonsending) func limited<Value: Sendable>(
        _ what: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await context.clock.limit(registry.traits.timeout, what, body)
    }

    /// Whether an id is one that this machine's registrator gives: `machine:container:port`.
    private func isOwn(_ id: String) -> Bool {
        let parts = id.split(separator: ":", omittingEmptySubsequences: false)
        return (3...4).contains(parts.count) && parts[0] == options.hostName && Int(parts[2]) != nil
    }

    private func set(_ key: ContainerService.Key, _ goal: Goal) {
        state.withLock { state in
            guard !state.isEnding else { return }
            if let entry = state.entries[key] {
                state.entries[key]?.goal = goal
                entry.changed.set()
            } else if case .held = goal {
                state.entries[key] = Entry(goal: goal, changed: Signal(clock: context.clock))
                added.yield(key)
            }
        }
    }

    /// Where this machine is reached by those who use the registry; `nil` when all is over before that is known.
    private nonisolated(nonsending) func address() async -> AdvertisedAddress? {
        // The port is that of each service.
        let search = AddressSearch(
            location: location, explicit: options.address, environment: advertised,
            listening: [.ipv4("0.0.0.0", port: 1)], context: context)
        let address = await search.untilFound("register in \(location)") { try await ending.wait(atMost: $0) }
        if let address {
            context.logger.info("register in \(location) at \(address.host), because \(address.reason)")
        }
        return address
    }

    /// Does what is to become of one service, until it is let go.
    private nonisolated(nonsending) func keep(_ key: ContainerService.Key, at address: AdvertisedAddress) async {
        var held: Held?
        while !Task.isCancelled, let entry = state.withLock({ $0.entries[key] }) {
            switch entry.goal {
            case .held(let service):
                let instance = service.placed(at: address.host)
                let ttl = service.ttl ?? options.ttl ?? registry.traits.ttl
                guard isReachable(instance, from: address) else {
                    await change(of: key, from: entry)
                    continue
                }
                context.logger.info("register \(key) in \(location) at \(instance.address)")
                let loop = LeaseLoop(
                    registry: registry, instance: instance, ttl: ttl, interval: options.renewal, context: context)
                let lease = await withTaskGroup(of: LeaseID?.self) { group in
                    group.addTask { await loop.run() }
                    await change(of: key, from: entry)
                    group.cancelAll()
                    return await group.next() ?? nil
                }
                held = lease.map { Held(lease: $0, instance: instance, ttl: ttl) } ?? held
            case .released:
                if let held { await release(held, unless: entry, key) }
                held = nil
                if forget(key, entry.goal) { return }
            case .expired:
                context.logger.info("leave \(key) in \(location) to its lease")
                if forget(key, entry.goal) { return }
            }
        }
    }

    /// Whether there is nothing more to do for the service.
    private func forget(_ key: ContainerService.Key, _ goal: Goal) -> Bool {
        state.withLock { state in
            guard state.entries[key]?.goal == goal else { return false }
            state.entries[key] = nil
            return true
        }
    }

    private func isReachable(_ instance: ServiceInstance, from address: AdvertisedAddress) -> Bool {
        guard AdvertisedAddress.isLoopback(instance.host), !AdvertisedAddress.isLoopback(address.host) else {
            return true
        }
        context.logger.warning(
            "leave out \(instance.id) of \(instance.service): only this machine reaches \(instance.host)")
        return false
    }

    /// Waits until something else is to become of the service.
    private nonisolated(nonsending) func change(of key: ContainerService.Key, from entry: Entry) async {
        while state.withLock({ $0.entries[key]?.goal }) == entry.goal {
            guard (try? await entry.changed.wait()) != nil else { return }
        }
    }

    /// Tries until the lease is over in any case; at the end only once.
    private nonisolated(nonsending) func release(
        _ held: Held, unless entry: Entry, _ key: ContainerService.Key
    ) async {
        var backoff = FullJitter()
        var random = SplitMix64(seed: context.seed)
        let elapsed = context.clock.elapsed
        repeat {
            do {
                try await limited("deregister \(key)") { [registry] in
                    try await registry.deregister(held.lease, of: held.instance)
                }
                return context.logger.info("deregister \(key) in \(location)")
            } catch {
                context.logger.warning("deregister \(key) in \(location): \(error); it expires after \(held.ttl)")
            }
            if state.withLock(\.isEnding) { return }
            guard (try? await entry.changed.wait(atMost: backoff.failed(&random))) != nil else { return }
            // It may be wanted again.
        } while elapsed() < held.ttl && state.withLock({ $0.entries[key]?.goal }) == entry.goal
    }
}
