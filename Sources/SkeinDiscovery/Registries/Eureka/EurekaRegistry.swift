// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import SkeinCore

/// Netflix Eureka, by its REST interface: `eureka://host:8761/eureka/v2?app=greeter`.
///
/// A server that protects itself (it lost many renewals at once) removes nobody: dead instances stay listed, and it is
/// the client's connections that tell. It also answers from a cache that is up to 30 s old.
struct EurekaRegistry: ServiceRegistry {
    static let schemes = ["eureka"]
    static let defaultPort = 8761
    /// How long a server answers from its cache.
    private static let cacheTime: Duration = .seconds(30)

    let traits: RegistryTraits
    private let servers: NodeRotation
    private let base: String
    private let authorization: String?
    /// How often changes are asked for, more or less.
    private let period: Duration
    private let http: RegistryHTTP
    private let context: RegistryContext

    static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String) {
        guard let service = target.query["app"], !service.isEmpty else { throw target.error("?app=NAME") }
        return (target, service)
    }

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try location.allowQuery(["app", "poll"] + RegistryTLS.parameters)
        servers = NodeRotation(location, or: RegistryTarget.Node(host: "127.0.0.1", port: 8761), seed: context.seed)
        base = "/" + (location.path.isEmpty ? "eureka/v2" : location.path) + "/apps"
        authorization = location.user.map { user in
            "Basic " + Data("\(user):\(location.password ?? "")".utf8).base64EncodedString()
        }
        guard let period = Double(location.query["poll"] ?? "30"), (0.1...3600).contains(period) else {
            throw location.error("0.1 to 3600 seconds for poll")
        }
        self.period = .seconds(period)
        http = RegistryHTTP(try RegistryTLS.of(location))
        self.context = context
        // A client that asks late is told of a change when it loses a connection: it lists then.
        traits = RegistryTraits(
            tellsChanges: false, ttl: .seconds(90), propagation: EurekaRegistry.cacheTime + self.period * 1.2,
            guardsShrinking: true)
    }

    func close() async { await http.close() }

    private func ask(_ server: RegistryTarget.Node, _ request: RegistryRequest) async throws -> RegistryAnswer {
        var request = request
        request.headers["Accept"] = "application/json"
        if let authorization { request.headers["Authorization"] = authorization }
        return try await http.ask(server, request, within: servers.share(of: traits.timeout))
    }

    /// Asks one server after the other, until one is not at its wits' end.
    private func ask(_ request: RegistryRequest) async throws -> RegistryAnswer {
        try await servers.first { server in
            let answer = try await ask(server, request)
            if answer.status >= 500 { throw answer.error }
            return answer
        }
    }

    // MARK: Finding

    func list(_ service: String) async throws -> Listing {
        let application = EurekaLayout.application(of: service)
        let answer = try await ask(RegistryRequest("GET", base, [application]))
        // Nobody registered, or nobody whom the server's cache knows yet.
        if answer.status == 404 { return Listing([]) }
        let records = EurekaLayout.elements(try answer.checked().json()["application"]?["instance"])
        return Listing(records.compactMap { EurekaLayout.instance(of: $0, service: service) })
    }

    func watch(_ service: String, after revision: Revision, _ feed: ChangeFeed) async throws {
        var random = SplitMix64(seed: context.seed)
        var applications = try await fetch()
        while true {
            feed(.listed(Listing(applications.instances(of: service))))
            // Not all clients ask at once.
            try await context.clock.sleep(for: period * Double.random(in: 0.8...1.2, using: &random))
            let answer = try await ask(RegistryRequest("GET", base, ["delta"]))
            // A server may have deltas switched off.
            if answer.isSuccess, try applications.merge(delta: try answer.json()) { continue }
            applications = try await fetch()
        }
    }

    private func fetch() async throws -> EurekaApplications {
        try EurekaApplications(full: try await ask(RegistryRequest("GET", base)).checked().json())
    }

    // MARK: Registering

    func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let body = EurekaLayout.registration(of: instance, ttl: ttl, dirtySince: now)
        let application = EurekaLayout.application(of: instance.service)
        _ = try await ask(RegistryRequest("POST", base, [application], body: body)).checked()
        return LeaseID("\(now)")
    }

    func renew(_ lease: LeaseID, of instance: ServiceInstance, ttl: Duration) async throws -> Renewal {
        var request = self.request("PUT", instance)
        // The status is what the instance says of itself; what an operator set instead stays.
        request.add("status", "UP")
        request.add("lastDirtyTimestamp", lease.text)
        let answer = try await ask(request)
        if answer.status == 404 { return .lost }
        _ = try answer.checked()
        return .renewed
    }

    func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws {
        let answer = try await ask(request("DELETE", instance))
        if answer.status != 404 { _ = try answer.checked() }
    }

    private func request(_ method: String, _ instance: ServiceInstance) -> RegistryRequest {
        RegistryRequest(method, base, [EurekaLayout.application(of: instance.service), instance.id])
    }
}
