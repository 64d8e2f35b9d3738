// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// What a `consul:` target says beside the service: which instances are wanted, and how the agents are asked.
struct ConsulQuery: Sendable, Hashable {
    static let parameters = [
        "tag", "dc", "near", "passing", "stale", "consistent", "ns", "partition", "wait", "token", "drain", "config",
    ]

    /// All of them have to be on an instance.
    var tags: [String] = []
    /// In the order in which they are fallen back to; empty: the agent's own.
    var datacenters: [String] = []
    var near: String?
    /// Whether instances with a warning are left out, too.
    var passing = true
    var stale = false
    var consistent = false
    var namespace: String?
    var partition: String?
    /// How long an agent holds a query back while nothing changes.
    var wait: Duration = .seconds(120)
    /// Whether a server that shuts down goes into maintenance mode instead of away.
    var drainsByMaintenance = false

    init() {}

    init(_ target: RegistryTarget) throws(ConfigurationError) {
        tags = ConsulQuery.list(target.query["tag"])
        datacenters = ConsulQuery.list(target.query["dc"])
        near = target.query["near"]
        passing = try target.flag("passing", or: true)
        stale = try target.flag("stale", or: false)
        consistent = try target.flag("consistent", or: false)
        namespace = target.query["ns"]
        partition = target.query["partition"]
        guard !(stale && consistent) else { throw target.error("stale or consistent, not both") }
        if let text = target.query["wait"] {
            guard let seconds = Int(text), (1...600).contains(seconds) else {
                throw target.error("1 to 600 seconds for wait, not \(JSONValue.quoted(text))")
            }
            wait = .seconds(seconds)
        }
        switch target.query["drain"] {
        case nil, "deregister": break
        case "maintenance": drainsByMaintenance = true
        case let text?: throw target.error("deregister or maintenance for drain, not \(JSONValue.quoted(text))")
        }
    }

    private static func list(_ text: String?) -> [String] { (text ?? "").split(separator: ",").map(String.init) }

    /// The question for a service's instances in one datacenter; `index`: not before something is newer than that.
    func health(of service: String, in datacenter: String?, after index: UInt64?) -> RegistryRequest {
        var request = RegistryRequest("GET", "/v1/health/service", [service])
        if passing { request.add("passing") }
        for tag in tags { request.add("tag", tag) }
        if let near { request.add("near", near) }
        place(&request, in: datacenter, after: index)
        return request
    }

    /// Adds where and how fresh an answer is wanted; `index`: not before something is newer than that.
    func place(_ request: inout RegistryRequest, in datacenter: String?, after index: UInt64?) {
        if let datacenter { request.add("dc", datacenter) }
        if stale { request.add("stale") }
        if consistent { request.add("consistent") }
        scope(&request)
        if let index {
            request.add("index", "\(index)")
            request.add("wait", "\(wait.components.seconds)s")
        }
    }

    /// How long a query that waits may take: Consul adds up to a sixteenth.
    var longest: Duration { wait + wait / 16 + .seconds(20) }

    /// Adds where in Consul Enterprise names are looked up.
    func scope(_ request: inout RegistryRequest) {
        if let namespace { request.add("ns", namespace) }
        if let partition { request.add("partition", partition) }
    }
}
