// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// Resolves the targets of service registries: `etcd://127.0.0.1:2379/greeter`.
struct RegistryResolver: Resolver {
    static let schemes: [String] = []

    private let target: Target
    private let registry: any ServiceRegistry
    private let service: String
    /// The key of the service config, and where it is.
    private let config: (store: any ServiceConfigStore, key: String)?
    /// The service whose instances are the clients of this one.
    private let clients: String?
    private let context: RegistryContext
    private let options: DiscoveryOptions

    init(_ target: Target, _ context: ResolverContext, _ catalog: RegistryCatalog) throws {
        self.target = target
        self.context = RegistryContext(context)
        options = catalog.options
        let (registry, service, location) = try catalog.service(target, self.context)
        (self.registry, self.service) = (registry, service)
        clients = location.query["clients"]
        if clients == "" { throw location.error("the name of the clients' service as clients") }
        config = try location.query["config"].map { key in
            guard let store = registry as? any ServiceConfigStore else {
                throw location.error("no config: \(target.scheme) keeps none")
            }
            return (store, key)
        }
    }

    init(_ target: Target, _ context: ResolverContext) throws { try self.init(target, context, .builtIn) }

    nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        let cache = options.cacheDirectory.map { InstanceCache(directory: $0, target: target) }
        let board = board(
            cached: await cache?.load(context), hasConfig: config != nil, hasClients: clients != nil)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                if let clients { group.addTask { try await count(clients, board) } }
                group.addTask { try await follow(board, cache, updates) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await registry.close()
            throw error
        }
    }

    private nonisolated(nonsending) func follow(
        _ board: WatchBoard, _ cache: InstanceCache?, _ updates: ResolutionUpdates
    ) async throws {
        let watch = ServiceWatch(
            registry: registry, service: service, context: context, board: board,
            config: config.map { ConfigWatch(store: $0.store, key: $0.key, context: context, board: board) },
            refresh: { try await updates.waitForRefresh() })
        let publisher = InstancePublisher(target, context, configKey: config?.key, options.observer, updates)
        try await watch.run { output in
            let again = await publisher.publish(output)
            // Only what the registry says itself: a silent one has nothing new to keep, an empty one nothing of use.
            if let entries = output.entries, !entries.isEmpty, !output.status.isCached,
                output.status.unreachableFor == nil
            {
                await cache?.store(entries.map(\.instance), context)
            }
            return again
        }
    }

    /// Keeps the number of the service's instances on the board of the other.
    private nonisolated(nonsending) func count(_ service: String, _ board: WatchBoard) async throws {
        let watch = ServiceWatch(
            registry: registry, service: service, context: context, board: self.board(),
            config: nil, refresh: { try await Never.untilCancelled() })
        try await watch.run { output in
            board.counted(clients: output.entries?.count)
            return nil
        }
    }

    private func board(
        cached: [ServiceInstance]? = nil, hasConfig: Bool = false, hasClients: Bool = false
    ) -> WatchBoard {
        let limits = ListGuard.Limits(
            emptyHold: options.emptyHold, unconfirmedAfter: options.unconfirmedAfter,
            guardsShrinking: registry.traits.guardsShrinking)
        return WatchBoard(
            limits, target: target.description, cached: cached, hasConfig: hasConfig, hasClients: hasClients,
            clock: context.clock)
    }
}
