// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The EndpointSlices of one service, from a list and the events after it, and what they come to together.
///
/// A service has many slices; while one is split the same endpoint may stand in two. Of a service with addresses of two
/// families those of IPv4 are taken, so that no pod counts twice.
struct KubernetesSlices: Sendable, Hashable {
    /// What became of an event of a watch.
    enum Step: Sendable, Hashable {
        case changed
        /// A bookmark, or a kind of event that this does not know.
        case nothing
    }

    private struct Candidate {
        var instance: ServiceInstance
        var isReady: Bool
        var isServing: Bool
        var isTerminating: Bool
        /// Whether the slice names the port that was asked for.
        var hasPort: Bool
    }

    private var slices: [String: JSONValue] = [:]
    /// From where a watch goes on.
    private(set) var version: String

    /// Reads the answer to a list.
    init(list answer: JSONValue) throws {
        guard let items = answer["items"], let version = answer["metadata"]?["resourceVersion"]?.text else {
            throw RPCError(.internal, "read the endpoint slices: expected a list, found \(answer.summary)")
        }
        self.version = version
        for slice in items.items ?? [] {
            if let name = slice["metadata"]?["name"]?.text { slices[name] = slice }
        }
    }

    /// Takes one event. Throws `outOfRange` when the server cannot go on from where the watch was.
    mutating func take(_ event: JSONValue) throws(RPCError) -> Step {
        let object = event["object"]
        let type = event["type"]?.text
        if type == "ERROR" {
            let isGone = object?["code"]?.number == 410
            throw RPCError(
                isGone ? .outOfRange : .unavailable,
                "watch the endpoint slices: \(object?["message"]?.text ?? "an error without a message")")
        }
        if let version = object?["metadata"]?["resourceVersion"]?.text { self.version = version }
        guard let object, let name = object["metadata"]?["name"]?.text else { return .nothing }
        switch type {
        case "ADDED", "MODIFIED": slices[name] = object
        case "DELETED": slices[name] = nil
        default: return .nothing
        }
        return .changed
    }

    /// The instances that are ready; while none is, those that serve still although their pods are ending.
    func instances(of service: KubernetesService, as name: String) -> [ServiceInstance] {
        for family in ["IPv4", "IPv6", "FQDN"] {
            var best: [String: Candidate] = [:]
            for slice in slices.sorted(by: { $0.key < $1.key }).map(\.value)
            where (slice["addressType"]?.text ?? "IPv4") == family {
                for candidate in candidates(slice, service, name) {
                    // The same endpoint in two slices: it is ready when one of them says so.
                    if let known = best[candidate.instance.id], known.isReady || !candidate.isReady { continue }
                    best[candidate.instance.id] = candidate
                }
            }
            guard !best.isEmpty else { continue }
            return KubernetesSlices.chosen(Array(best.values))
        }
        return []
    }

    private static func chosen(_ all: [Candidate]) -> [ServiceInstance] {
        // A number that no slice has is taken as it is: a port that the pods do not declare.
        let candidates = all.contains(where: \.hasPort) ? all.filter(\.hasPort) : all
        let ready = candidates.filter { $0.isReady && !$0.isTerminating }
        let chosen = ready.isEmpty ? candidates.filter { $0.isServing && $0.isTerminating } : ready
        return chosen.map(\.instance).sorted { $0.id < $1.id }
    }

    private func candidates(_ slice: JSONValue, _ service: KubernetesService, _ name: String) -> [Candidate] {
        guard let (port, hasPort) = KubernetesSlices.port(slice, service.port) else { return [] }
        return (slice["endpoints"]?.items ?? []).compactMap { endpoint in
            // Several addresses of one endpoint lead to the same place.
            guard let host = endpoint["addresses"]?.items?.first?.text else { return nil }
            let conditions = endpoint["conditions"]
            let isReady = conditions?["ready"]?.truth ?? true
            var instance = ServiceInstance(service: name, host: host, port: port)
            instance.zone =
                endpoint["zone"]?.text ?? endpoint["topology"]?["topology.kubernetes.io/zone"]?.text ?? ""
            if let pod = endpoint["targetRef"]?["name"]?.text { instance.metadata["pod"] = pod }
            let node = endpoint["nodeName"]?.text ?? endpoint["topology"]?["kubernetes.io/hostname"]?.text
            if let node { instance.metadata["node"] = node }
            return Candidate(
                instance: instance, isReady: isReady, isServing: conditions?["serving"]?.truth ?? isReady,
                isTerminating: conditions?["terminating"]?.truth ?? false, hasPort: hasPort)
        }
    }

    /// The port of a slice's endpoints, and whether the slice names it; `nil`: it has none such.
    private static func port(_ slice: JSONValue, _ wanted: KubernetesService.Port) -> (Int, Bool)? {
        let ports = slice["ports"]?.items ?? []
        switch wanted {
        case .first: return ports.lazy.compactMap { $0["port"]?.number }.first.map { ($0, true) }
        case .number(let number): return (number, ports.contains { $0["port"]?.number == number })
        case .name(let name):
            return ports.first { $0["name"]?.text == name }?["port"]?.number.map { ($0, true) } ?? nil
        }
    }
}
