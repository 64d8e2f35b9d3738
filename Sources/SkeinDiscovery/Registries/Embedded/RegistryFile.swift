// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Logging
internal import SkeinCore
internal import SkeinProtobuf
internal import SkeinResolution
internal import Synchronization

/// Where an embedded registry keeps its leases, so that it can be started again. Replaced as a whole or not at all.
final class RegistryFile: Sendable {
    private let path: String
    private let logger: Logger
    /// The newest version that was written.
    private let written = Mutex(-1)

    init(_ path: String, _ logger: Logger) {
        self.path = path
        self.logger = logger
    }

    /// Nothing when there is no file yet.
    func load() throws(ConfigurationError) -> [RegistryBook.Lease] {
        do {
            let bytes = try Data(contentsOf: URL(filePath: path))
            let snapshot = try Skein_Registry_V1_Snapshot(serialized: bytes)
            return snapshot.leases.map { lease in
                let instance = ServiceInstance(lease.instance ?? .init(), of: lease.service)
                return RegistryBook.Lease(
                    id: lease.id, instance: instance, ttl: .milliseconds(max(1000, lease.ttlMilliseconds)))
            }
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            return []
        } catch {
            throw ConfigurationError("read the registry's file \(path): \(error)")
        }
    }

    /// What could not be written stands in the log; the next change tries again.
    nonisolated(nonsending) func store(_ leases: [RegistryBook.Lease], version: Int) async {
        let failure = try? await BlockingPool.shared.run { [self] () -> (any Error)? in
            written.withLock { written in
                // Somebody has written a later state meanwhile.
                guard version > written else { return nil }
                do {
                    try write(leases)
                    written = version
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let error = failure ?? nil { logger.error("write the registry's file \(path): \(error)") }
    }

    private func write(_ leases: [RegistryBook.Lease]) throws {
        let snapshot = Skein_Registry_V1_Snapshot(
            leases: leases.map { lease in
                Skein_Registry_V1_Snapshot.Lease(
                    id: lease.id, service: lease.instance.service, instance: .init(lease.instance),
                    ttlMilliseconds: lease.ttl.milliseconds)
            })
        try Data(try snapshot.serialized()).write(to: URL(filePath: path), options: .atomic)
    }
}

extension Duration {
    /// Rounded down.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
