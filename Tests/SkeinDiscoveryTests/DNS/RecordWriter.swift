// SPDX-License-Identifier: Apache-2.0
import SkeinDiscovery
import Synchronization

/// Writes an SRV record for each instance of a service into a name server's zone, by dynamic updates.
final class RecordWriter: InstanceWriter {
    private let bind: BindServer
    /// By the instances' services and ids.
    private let records = Mutex<[[String]: String]>([:])

    init(_ bind: BindServer) { self.bind = bind }

    func apply(_ changes: [InstanceChange]) async throws { try await bind.update(oneByOne: changes.map(lines)) }

    private func lines(_ change: InstanceChange) -> [String] {
        switch change {
        case .put(let instance):
            let host = "\(instance.host.replacing(".", with: "-")).hosts.test"
            let record = "SRV \(instance.priority) \(instance.weight) \(instance.port) \(host)"
            let old = records.withLock { $0.updateValue(record, forKey: [instance.service, instance.id]) }
            let deletion = old.map { ["delete \(name(of: instance)) \($0)"] } ?? []
            return deletion + ["add \(host) 5 A \(instance.host)", "add \(name(of: instance)) 5 \(record)"]
        case .remove(let instance):
            let old = records.withLock { $0.removeValue(forKey: [instance.service, instance.id]) }
            return old.map { ["delete \(name(of: instance)) \($0)"] } ?? []
        }
    }

    private func name(of instance: ServiceInstance) -> String { "_grpc._tcp.\(instance.service).test" }
}
