// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Synchronization

/// What a target resolves to, as long as this object lives.
final class FollowedTarget: Sendable {
    private struct State {
        var resolution: Resolution?
        var failures: [RPCError] = []
    }

    private final class Log: Sendable {
        let state = Mutex(State())
    }

    private let log: Log
    private let task: Task<Void, Never>

    init(_ target: String) throws {
        let resolutions = try ResolverRegistry.builtIn.resolutions(of: target)
        let log = Log()
        self.log = log
        task = Task {
            for await result in resolutions {
                log.state.withLock { state in
                    switch result {
                    case .success(let resolution): state.resolution = resolution
                    case .failure(let error): state.failures.append(error)
                    }
                }
            }
        }
    }

    deinit { task.cancel() }

    var resolution: Resolution? { log.state.withLock { $0.resolution } }
    var failures: [RPCError] { log.state.withLock { $0.failures } }

    /// Each endpoint's addresses, its weight and priority, and `kept` when it is not listed any more; sorted.
    var endpoints: [String]? {
        resolution?.endpoints.map { endpoint in
            let isKept = endpoint[EndpointStanding.self] == .kept
            return "\(endpoint.identity) \(endpoint.weight) \(endpoint.priority)\(isKept ? " kept" : "")"
        }.sorted()
    }
}
