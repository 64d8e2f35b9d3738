// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinDiscovery
import Synchronization

/// What is done to a registry's instances.
enum InstanceChange: Sendable {
    /// It is put in, or replaces what is there under its id.
    case put(ServiceInstance)
    /// It is taken out; it is as it was put in.
    case remove(ServiceInstance)
}

/// Puts instances into a registry, and takes them out, one after the other, as its servers do by registering, or as
/// whoever writes where they cannot.
protocol InstanceWriter: Sendable {
    func apply(_ changes: [InstanceChange]) async throws
    /// Nobody writes any more.
    func close() async
}

extension InstanceWriter {
    func put(_ instances: ServiceInstance...) async throws { try await apply(instances.map(InstanceChange.put)) }
    func remove(_ instance: ServiceInstance) async throws { try await apply([.remove(instance)]) }
    func close() async {}
}

/// Registers instances for longer than a test takes, and keeps their leases.
final class RegisteringWriter: InstanceWriter {
    private let registry: any ServiceRegistry
    private let leases = Mutex<[ServiceInstance: LeaseID]>([:])

    init(_ registry: any ServiceRegistry) { self.registry = registry }

    func apply(_ changes: [InstanceChange]) async throws {
        for change in changes {
            switch change {
            case .put(let instance):
                let lease = try await repeated { try await registry.register(instance, ttl: .seconds(300)) }
                leases.withLock { $0[instance] = lease }
            case .remove(let instance):
                guard let lease = leases.withLock({ $0.removeValue(forKey: instance) }) else { continue }
                try await repeated { try await registry.deregister(lease, of: instance) }
            }
        }
    }

    func close() async { await registry.close() }
}

/// What `write` brings; it is done again, as servers do, when the registry could not be asked in time.
func repeated<Value>(_ write: () async throws -> Value) async throws -> Value {
    for _ in 0..<4 {
        do {
            return try await write()
        } catch let error as RPCError where error.code == .unavailable || error.code == .deadlineExceeded {
            try await Task.sleep(for: .milliseconds(100))
        }
    }
    return try await write()
}
