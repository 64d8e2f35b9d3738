// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution

/// Resolves the targets of service registries: `etcd://127.0.0.1:2379/greeter`.
struct RegistryResolver: Resolver {
    static let schemes: [String] = []

    private let target: Target
    private let registry: any ServiceRegistry
    private let service: String
    private let context: RegistryContext
    private let options: DiscoveryOptions

    init(_ target: Target, _ context: ResolverContext, _ catalog: RegistryCatalog) throws {
        self.target = target
        self.context = RegistryContext(context)
        options = catalog.options
        (registry, service) = try catalog.service(target, self.context)
    }

    init(_ target: Target, _ context: ResolverContext) throws { try self.init(target, context, .builtIn) }

    nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        let cache = options.cacheDirectory.map { InstanceCache(directory: $0, target: target.description) }
        let limits = ListGuard.Limits(
            emptyHold: options.emptyHold, unconfirmedAfter: options.unconfirmedAfter,
            guardsShrinking: registry.traits.guardsShrinking)
        let board = WatchBoard(
            limits, target: target.description, cached: await cache?.load(context), clock: context.clock)
        let watch = ServiceWatch(
            registry: registry, service: service, context: context, board: board,
            refresh: { try await updates.waitForRefresh() })
        let names = HostNames(context)
        do {
            try await watch.run { output in
                tell(output.status)
                await publish(output, names, updates)
                if let entries = output.entries, !output.status.isCached {
                    await cache?.store(entries.map(\.instance), context)
                }
            }
        } catch {
            await registry.close()
            throw error
        }
    }

    private nonisolated(nonsending) func publish(
        _ output: WatchBoard.Output, _ names: HostNames, _ updates: ResolutionUpdates
    ) async {
        guard let entries = output.entries else {
            return updates.publish(RPCError(.unavailable, "resolve \(target): \(output.status.failure ?? "no answer")"))
        }
        var endpoints: [Endpoint] = []
        for entry in entries {
            if let endpoint = await names.endpoint(entry) { endpoints.append(endpoint) }
        }
        let note = output.note.isEmpty ? "\(target)" : "\(target): \(output.note)"
        updates.publish(Resolution(endpoints, note: note))
    }

    private func tell(_ status: DiscoveryStatus) {
        options.observer?.discoveryChanged(status)
        let level: Logger.Level = status.unreachableFor == nil && status.kept == 0 ? .debug : .warning
        context.logger.log(level: level, "\(target): \(status.description)")
    }
}
