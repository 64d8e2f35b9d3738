// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// HashiCorp Consul, by its agents' HTTP interface: `consul://host:8500/service?tag=&dc=&near=&passing=&stale=`.
///
/// An instance is registered with the agent that was asked, with a check that its renewals keep passing; that agent is
/// also who renews it, so its lease names it.
struct ConsulRegistry: ServiceRegistry {
    static let schemes = ["consul"]
    static let defaultPort = 8500

    /// The registry may lose its memory, or show a token less than before. Without a leader an agent takes up to 14 s.
    let traits = RegistryTraits(timeout: .seconds(20), guardsShrinking: true)
    let agents: NodeRotation
    private let token: String?
    let query: ConsulQuery
    private let http: RegistryHTTP
    let context: RegistryContext

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try location.allowQuery(ConsulQuery.parameters + RegistryTLS.parameters)
        guard location.path.isEmpty else { throw location.error("one service as the path") }
        guard location.user == nil || location.query["token"] == nil else {
            throw location.error("one token, not two")
        }
        agents = NodeRotation(location, or: RegistryTarget.Node(host: "127.0.0.1", port: 8500), seed: context.seed)
        token = location.query["token"] ?? location.password ?? location.user
        query = try ConsulQuery(location)
        http = RegistryHTTP(try RegistryTLS.of(location))
        self.context = context
    }

    func close() async { await http.close() }

    func ask(
        _ agent: RegistryTarget.Node, _ request: RegistryRequest, within limit: Duration? = nil
    ) async throws -> RegistryAnswer {
        var request = request
        if let token, !token.isEmpty { request.headers["X-Consul-Token"] = token }
        return try await http.ask(agent, request, within: limit ?? agents.share(of: traits.timeout))
    }

    // MARK: Finding

    func list(_ service: String) async throws -> Listing {
        var places: [ConsulRevision.Place] = []
        var notes: [String] = []
        var failure: (any Error)?
        for datacenter in query.datacenters.isEmpty ? [""] : query.datacenters {
            do {
                let answer = try await agents.first { try await health(of: service, in: datacenter, at: $0) }
                places.append(ConsulRevision.Place(datacenter: datacenter, index: answer.index ?? 0))
                if !answer.note.isEmpty { notes.append(answer.note) }
                guard answer.instances.isEmpty else {
                    return Listing(
                        answer.instances, revision: ConsulRevision(places).revision,
                        note: notes.joined(separator: "; "))
                }
            } catch {
                try Task.checkCancellation()
                failure = error
                places.append(ConsulRevision.Place(datacenter: datacenter, index: nil))
                notes.append("\(error)")
            }
        }
        // An empty list would be a statement about a datacenter that said nothing.
        if let failure { throw failure }
        return Listing([], revision: ConsulRevision(places).revision, note: notes.joined(separator: "; "))
    }

    func watch(_ service: String, after revision: Revision, _ feed: ChangeFeed) async throws {
        let places = ConsulRevision(revision).places
        try await withThrowingTaskGroup(of: Void.self) { group in
            for place in places {
                group.addTask {
                    try await follow(service, place) { listing in
                        // Which datacenter is used may be different now.
                        feed(places.count == 1 && query.datacenters.count <= 1 ? .listed(listing) : .stale)
                    }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Returns when the history of a datacenter began anew.
    private func follow(
        _ service: String, _ place: ConsulRevision.Place, _ tell: @Sendable (Listing) -> Void
    ) async throws {
        guard let start = place.index else {
            // It did not answer; it may by then.
            try await context.clock.sleep(for: .seconds(30))
            return tell(Listing([]))
        }
        var index = ConsulIndex(start)
        while index.canWait {
            let agent = agents.current
            let elapsed = context.clock.elapsed
            do {
                let answer = try await health(of: service, in: place.datacenter, at: agent, after: index.value)
                switch index.answered(answer.index) {
                case .news: tell(Listing(answer.instances, revision: Revision("\(index.value)"), note: answer.note))
                case .nothing: try await rest(unlessLong: elapsed())
                case .reset: return
                }
            } catch {
                try Task.checkCancellation()
                agents.failed(agent)
                throw error
            }
            // A busy service does not keep this client busy: the changes of this time come in one answer.
            try await context.clock.sleep(for: ConsulRegistry.pause)
        }
        // An index of 0 cannot be waited for.
        try await context.clock.sleep(for: .seconds(5))
    }

    static let pause: Duration = .milliseconds(50)

    /// After an answer without news: somebody on the way may not wait as was asked.
    func rest(unlessLong time: Duration) async throws {
        if time < .seconds(1) { try await context.clock.sleep(for: .seconds(1)) }
    }

    private struct Health {
        var instances: [ServiceInstance]
        var index: UInt64?
        var note: String
    }

    private func health(
        of service: String, in datacenter: String, at agent: RegistryTarget.Node, after index: UInt64? = nil
    ) async throws -> Health {
        let request = query.health(of: service, in: datacenter.isEmpty ? nil : datacenter, after: index)
        let answer = try await ask(agent, request, within: index.map { _ in query.longest }).checked()
        let instances = try ConsulLayout.instances(of: try answer.json(), service: service)
        let isFiltered =
            answer.headers["x-consul-results-filtered-by-acls"] == "true"
            || (instances.isEmpty && answer.headers["x-consul-default-acl-policy"] == "deny")
        return Health(
            instances: instances, index: answer.headers["x-consul-index"].flatMap { UInt64($0) },
            note: isFiltered
                ? "the agent shows only what the token may read\(token == nil ? ", and there is none" : ""): "
                    + "service:read and node:read are needed for \(service)" : "")
    }

    // MARK: Registering

    func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID {
        var request = RegistryRequest(
            "PUT", "/v1/agent/service/register", body: ConsulLayout.registration(of: instance, ttl: ttl, query))
        // The checks of an earlier registration would stay, and turn critical.
        request.add("replace-existing-checks", "true")
        return try await agents.first { agent in
            _ = try await ask(agent, request).checked()
            return LeaseID("\(agent)")
        }
    }

    func renew(_ lease: LeaseID, of instance: ServiceInstance, ttl: Duration) async throws -> Renewal {
        var request = RegistryRequest(
            "PUT", "/v1/agent/check/update", [ConsulLayout.checkID(of: instance.id)],
            body: .fields(["Status": .text("passing"), "Output": .text("renewed by the server")]))
        query.scope(&request)
        let agent = agent(of: lease)
        do {
            let answer = try await ask(agent, request)
            if answer.status == 404 || (answer.status == 500 && answer.body.contains("does not have associated TTL")) {
                return .lost
            }
            _ = try answer.checked()
            return .renewed
        } catch {
            // When the lease is over it is registered with another one.
            agents.failed(agent)
            throw error
        }
    }

    func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        var request = RegistryRequest("PUT", "/v1/agent/service/deregister", [instance.id])
        if query.drainsByMaintenance {
            request = RegistryRequest("PUT", "/v1/agent/service/maintenance", [instance.id])
            request.add("enable", "true")
            request.add("reason", "draining")
        }
        query.scope(&request)
        let answer = try await ask(agent(of: lease), request)
        if answer.status != 404 { _ = try answer.checked() }
    }

    private func agent(of lease: LeaseID) -> RegistryTarget.Node {
        agents.nodes.first { "\($0)" == lease.text } ?? agents.current
    }
}
