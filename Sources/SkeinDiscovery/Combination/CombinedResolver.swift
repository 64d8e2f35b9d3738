// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// Resolves the targets of combined registries.
struct CombinedResolver: Resolver {
    static let schemes: [String] = []

    private let resolvers: [any Resolver]
    private let mode: RegistryCombination.Mode
    private let clock: any Clock<Duration>

    init(_ combination: RegistryCombination, _ target: Target, _ context: ResolverContext, _ catalog: RegistryCatalog)
        throws
    {
        try target.allowNoAuthority()
        try target.allowQuery([])
        guard !target.path.isEmpty else { throw target.error(expected: "a service") }
        mode = combination.mode
        clock = context.clock
        resolvers = try combination.targets(of: target.path).map { text in
            try RegistryResolver(try Target(text, schemes: catalog.schemes), context, catalog)
        }
    }

    init(_ target: Target, _ context: ResolverContext) throws {
        throw target.error(expected: "a combination of registries, registered in a catalog")
    }

    nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        let merge = Mutex(ResolutionMerge(mode, sources: resolvers.count))
        let receive: @Sendable (Result<Resolution, RPCError>, Int) -> Void = { result, index in
            // Under the lock, so that an older list is not published last.
            merge.withLock { merge in
                merge.received(result, from: index)
                switch merge.merged {
                case .success(let resolution): updates.publish(resolution)
                case .failure(let error): updates.publish(error)
                case nil: break
                }
            }
        }
        let mailboxes = resolvers.indices.map { index in
            ResolutionMailbox(clock: clock) { result in
                receive(result, index)
                return true
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, resolver) in resolvers.enumerated() {
                group.addTask { [clock] in
                    await ResolverLoop.run(resolver, mailboxes[index], clock) { receive(.failure($0), index) }
                }
            }
            group.addTask {
                while true {
                    try await updates.waitForRefresh()
                    for mailbox in mailboxes { mailbox.requestRefresh() }
                }
            }
            try await group.waitForAll()
        }
    }
}
