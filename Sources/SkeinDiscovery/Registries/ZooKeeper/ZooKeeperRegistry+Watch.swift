// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinResolution

extension ZooKeeperRegistry {
    /// The instances of a service by the paths of their nodes. `watch`: the server tells once when one of them, or
    /// which they are, changes.
    nonisolated(nonsending) func nodes(of service: String, watch: Bool) async throws -> [String: ServiceInstance] {
        let parent = layout.service(service)
        let request = ZooKeeperRequest.children(parent, watch: watch)
        let answer = try await session.answer(to: request)
        try answer.check(request, except: ZooKeeperAnswer.noNode)
        guard answer.error == 0 else {
            guard watch else { return [:] }
            // Of a node that is not there yet only `exists` tells. It may have come in the meantime.
            let exists = ZooKeeperRequest.exists(parent, watch: true)
            let found = try await session.answer(to: exists)
            try found.check(exists, except: ZooKeeperAnswer.noNode)
            return found.error == 0 ? try await nodes(of: service, watch: watch) : [:]
        }
        let paths = try answer.children.map { "\(parent)/\($0)" }
        return try await instances(paths, service, watch: watch).compactMapValues { $0 }
    }

    /// What stands in each node; `nil` for one that is not there, is no instance, or takes no calls.
    private nonisolated(nonsending) func instances(
        _ paths: [String], _ service: String, watch: Bool
    ) async throws -> [String: ServiceInstance?] {
        let requests = paths.map { ZooKeeperRequest.data($0, watch: watch) }
        var instances: [String: ServiceInstance?] = [:]
        for (path, (request, answer)) in zip(paths, zip(requests, try await session.answers(to: requests))) {
            try answer.check(request, except: ZooKeeperAnswer.noNode)
            instances[path] = .some(answer.error == 0 ? instance(try answer.data, at: path, service) : nil)
        }
        return instances
    }

    private func instance(_ data: [UInt8], at path: String, _ service: String) -> ServiceInstance? {
        do {
            let node = String(path.split(separator: "/").last ?? "")
            let text = String(decoding: data, as: UTF8.self)
            guard let found = try CuratorInstance(parsing: text, of: service, node: node) else {
                context.logger.warning("leave out \(path): it has no port")
                return nil
            }
            return found.isEnabled ? found.instance : nil
        } catch {
            context.logger.warning("leave out \(path): \(error)")
            return nil
        }
    }

    func watch(_ service: String, after revision: Revision, _ feed: ChangeFeed) async throws {
        let parent = layout.service(service)
        let changes = ChangedKeys(clock: context.clock)
        try await session.watching(parent, changes) {
            guard watchesTrees else { return try await watchNodes(service, changes, feed) }
            let request = ZooKeeperRequest.addWatch(parent)
            let answer = try await session.answer(to: request)
            try answer.check(request, except: ZooKeeperAnswer.unimplemented)
            guard answer.error == 0 else { return try await watchNodes(service, changes, feed) }
            try await watchTree(service, changes, feed)
        }
    }

    /// The server tells of every change, again and again.
    private nonisolated(nonsending) func watchTree(
        _ service: String, _ changes: ChangedKeys, _ feed: ChangeFeed
    ) async throws {
        let parent = layout.service(service)
        var known = try await nodes(of: service, watch: false)
        feed(.listed(Listing(known.values.sorted { $0.id < $1.id })))
        while true {
            try await changes.signal.wait()
            guard case .keys(let paths) = try changes.next() else { return }
            let changed = paths.filter { $0 != parent && !$0.dropFirst(parent.count + 1).contains("/") }
            guard !changed.isEmpty else { continue }
            var (updated, removed): ([ServiceInstance], [String]) = ([], [])
            for (path, instance) in try await instances(changed, service, watch: false) {
                if let old = known[path], old.id != instance?.id { removed.append(old.id) }
                if let instance { updated.append(instance) }
                known[path] = instance
            }
            feed(.updated(updated.sorted { $0.id < $1.id }, removed: removed))
        }
    }

    /// The server tells once, of anything; then the service is listed anew.
    private nonisolated(nonsending) func watchNodes(
        _ service: String, _ changes: ChangedKeys, _ feed: ChangeFeed
    ) async throws {
        let known = try await nodes(of: service, watch: true)
        feed(.listed(Listing(known.values.sorted { $0.id < $1.id })))
        try await changes.signal.wait()
        _ = try changes.next()
        feed(.stale)
        try await Never.untilCancelled()
    }
}
