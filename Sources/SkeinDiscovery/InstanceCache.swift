// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Logging
internal import SkeinCore
internal import SkeinResolution

/// The last good list of a target in a file, for a start while the registry is down.
struct InstanceCache: Sendable {
    private struct Record: Codable {
        var target: String
        var instances: [InstanceRecord]
    }

    private let path: String
    private let target: String

    /// Every target has a file of its own, but for its passwords and tokens: no hash of them is to stand in a name.
    init(directory: String, target: Target) {
        let shown = target.description
        // A name that any file system takes, and that a person can find.
        let name = String(shown.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-.".contains($0)) ? $0 : "_" })
        path = "\(directory)/\(name.suffix(120))-\(String(XXHash64.hash(shown), radix: 16)).json"
        self.target = shown
    }

    /// `nil` when there is none that can be read; why stands in the log, unless there is simply none.
    nonisolated(nonsending) func load(_ context: RegistryContext) async -> [ServiceInstance]? {
        let result = try? await BlockingPool.shared.run { [path] in
            Result { try JSONDecoder().decode(Record.self, from: Data(contentsOf: URL(filePath: path))) }
        }
        switch result {
        case .success(let record): return record.target == target ? record.instances.map(\.instance) : nil
        case .failure(let error as CocoaError) where error.code == .fileReadNoSuchFile: return nil
        case nil: return nil
        case .failure(let error):
            context.logger.warning("read the cached list \(path): \(error)")
            return nil
        }
    }

    /// Replaces the file as a whole, or leaves it as it is.
    nonisolated(nonsending) func store(_ instances: [ServiceInstance], _ context: RegistryContext) async {
        let record = Record(target: target, instances: instances.map(InstanceRecord.init))
        let failure = try? await BlockingPool.shared.run { [path] () -> (any Error)? in
            do {
                try JSONEncoder().encode(record).write(to: URL(filePath: path), options: .atomic)
                return nil
            } catch {
                return error
            }
        }
        if let error = failure ?? nil { context.logger.warning("write the cached list \(path): \(error)") }
    }
}
