// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Logging
internal import SkeinCore

/// Instances as ephemeral nodes in ZooKeeper, as Curator's service discovery has them. All that one registry object
/// does happens in one session.
struct ZooKeeperRegistry: ServiceRegistry {
    static let schemes = ["zookeeper"]
    static let defaultPort = 2181

    let traits = RegistryTraits()
    let layout: ZooKeeperLayout
    let context: RegistryContext
    let session: ZooKeeperSession
    /// Whether one watch may be for all of a service. Servers before 3.6 cannot.
    let watchesTrees: Bool
    private let access: ZooKeeperRequest.Access

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try location.allowQuery(["config", "watch"] + RegistryTLS.parameters)
        switch location.query["watch"] {
        case nil, "tree": watchesTrees = true
        case "nodes": watchesTrees = false
        default: throw location.error("tree or nodes for watch")
        }
        self.context = context
        layout = ZooKeeperLayout(path: location.path)
        access = location.user == nil ? .open : .owned
        session = ZooKeeperSession(location, WireConnector(tls: try .of(location), context: context))
    }

    func close() async { await session.close() }

    func list(_ service: String) async throws -> Listing {
        Listing(try await nodes(of: service, watch: false).values.sorted { $0.id < $1.id })
    }

    func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID {
        let path = layout.instance(instance)
        let data = CuratorInstance(instance).json(registered: Int(Date().timeIntervalSince1970 * 1000))
        let create = ZooKeeperRequest.create(path, data: data, isEphemeral: true, access)
        // A node in the way may go, and another come, while we look at it.
        for _ in 0..<5 {
            let answer = try await session.answer(to: create, timeout: ttl)
            try answer.check(create, except: ZooKeeperAnswer.noNode, ZooKeeperAnswer.nodeExists)
            switch answer.error {
            case ZooKeeperAnswer.noNode: try await createParents(of: path)
            case ZooKeeperAnswer.nodeExists:
                if let czxid = try await replace(path, data) { return held(path, czxid, ttl) }
            default: return held(path, answer.zxid, ttl)
            }
        }
        throw RPCError(.aborted, "create \(path): other clients keep changing it")
    }

    func renew(_ lease: LeaseID, of instance: ServiceInstance, ttl: Duration) async throws -> Renewal {
        let path = layout.instance(instance)
        let stat = try await stat(path, timeout: ttl)
        guard let stat, lease.text == String(stat.czxid), stat.ephemeralOwner == session.identity.id else {
            return .lost
        }
        _ = held(path, stat.czxid, ttl)
        return .renewed
    }

    func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        let path = layout.instance(instance)
        session.release(path)
        guard let stat = try await stat(path), lease.text == String(stat.czxid) else { return }
        try await delete(path)
    }

    private func held(_ path: String, _ czxid: Int64, _ ttl: Duration) -> LeaseID {
        session.hold(path, for: ttl)
        return LeaseID(String(czxid))
    }

    /// Writes the node that is there already, when it is ours: its zxid. One of an earlier session, which would go with
    /// that, is removed.
    private nonisolated(nonsending) func replace(_ path: String, _ data: String) async throws -> Int64? {
        guard let stat = try await stat(path) else { return nil }
        guard stat.ephemeralOwner == session.identity.id else {
            try await delete(path)
            return nil
        }
        let write = ZooKeeperRequest.setData(path, data: data)
        let answer = try await session.answer(to: write)
        try answer.check(write, except: ZooKeeperAnswer.noNode)
        return answer.error == 0 ? stat.czxid : nil
    }

    private nonisolated(nonsending) func stat(
        _ path: String, timeout: Duration = .seconds(15)
    ) async throws -> ZooKeeperStat? {
        let request = ZooKeeperRequest.exists(path, watch: false)
        let answer = try await session.answer(to: request, timeout: timeout)
        try answer.check(request, except: ZooKeeperAnswer.noNode)
        return answer.error == 0 ? try answer.stat : nil
    }

    private nonisolated(nonsending) func delete(_ path: String) async throws {
        let request = ZooKeeperRequest.delete(path)
        try await session.answer(to: request).check(request, except: ZooKeeperAnswer.noNode)
    }

    private nonisolated(nonsending) func createParents(of path: String) async throws {
        for parent in ZooKeeperLayout.parents(of: path) {
            let request = ZooKeeperRequest.create(parent, data: "", isEphemeral: false, .open)
            let answer = try await session.answer(to: request)
            // A node that others made is there although this one may not be created.
            if answer.error != 0, try await stat(parent) == nil { try answer.check(request) }
        }
    }
}
