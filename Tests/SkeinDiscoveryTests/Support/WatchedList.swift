// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import SkeinResolution
import Synchronization
import Testing

/// What a target resolves to now, and how often that has changed.
final class WatchedList: Sendable {
    private final class State: Sendable {
        let instances = Mutex<[ServiceInstance]?>(nil)
        let updates = Atomic(0)
        let answers = Atomic(0)
    }

    private let state: State
    private let task: Task<Void, Never>

    /// Follows `target` until it is released.
    init(_ target: String, _ catalog: RegistryCatalog, _ context: ResolverContext = ResolverContext()) throws {
        var resolvers = ResolverRegistry.builtIn
        resolvers.register(catalog)
        let resolutions = try resolvers.resolutions(of: target, context)
        let state = State()
        self.state = state
        task = Task {
            for await result in resolutions {
                if case .success(let resolution) = result {
                    let instances = resolution.endpoints.compactMap(ServiceInstance.init)
                    state.instances.withLock { $0 = instances }
                    state.updates.add(1, ordering: .relaxed)
                }
                state.answers.add(1, ordering: .relaxed)
            }
        }
    }

    deinit { task.cancel() }

    /// `nil` before the first list.
    var instances: [ServiceInstance]? { state.instances.withLock { $0 } }
    var updates: Int { state.updates.load(ordering: .relaxed) }
    /// How often something was heard, failures among it.
    var answers: Int { state.answers.load(ordering: .relaxed) }
    var ids: Set<String>? { instances.map { Set($0.map(\.id)) } }
}

extension ServiceInstance {
    /// What a registry knows of an endpoint; its address, where a resolver knows no more.
    fileprivate init?(_ endpoint: Endpoint) {
        if let instance = endpoint[InstanceAttribute.self] {
            self = instance
            return
        }
        guard let address = endpoint.addresses.first else { return nil }
        self.init(service: "", host: address.host, port: address.port ?? 0)
        (weight, priority) = (endpoint.weight, endpoint.priority)
    }
}

/// Looks every few milliseconds until `condition` holds, for `limit` at most.
func until(
    _ what: Comment? = nil, within limit: Duration = .seconds(30), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record(what ?? "the condition did not come true within \(limit)", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
