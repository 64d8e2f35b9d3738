// SPDX-License-Identifier: Apache-2.0
import SkeinCore

/// What a Kubernetes API server knows of EndpointSlices.
struct KubernetesState: Sendable {
    private struct Event: Sendable {
        var version: Int
        var type: String
        var namespace: String
        var slice: [String: JSONValue]
    }

    /// Those of the slices' API that the server has.
    var versions: Set<String> = ["v1", "v1beta1"]
    /// Whether the user of a token may look; none at all let everybody in.
    var users: [String: Bool] = [:]
    /// Whether watches end at once, as when a connection is closed.
    var cutsWatches = false
    private(set) var version = 162
    private(set) var requests: [String] = []
    private var slices: [String: [String: [String: JSONValue]]] = [:]
    private var events: [Event] = []
    /// What is older is forgotten.
    private var oldest = 0

    mutating func compact() {
        version += 1
        events = []
        oldest = version
    }

    static func failure(
        _ code: Int, _ reason: String, _ message: String, _ more: [String: [String: JSONValue]] = [:]
    ) -> StandInServer.Answer {
        .json(code, status(code, reason, message, more))
    }

    static func status(
        _ code: Int, _ reason: String, _ message: String, _ more: [String: [String: JSONValue]] = [:]
    ) -> JSONValue {
        var fields: [String: JSONValue] = [
            "kind": .init(.string("Status")), "apiVersion": .init(.string("v1")), "metadata": .init(.object([:])),
            "status": .init(.string("Failure")), "message": .init(.string(message)),
            "reason": .init(.string(reason)), "code": .init(.integer(code)),
        ]
        for (name, members) in more { fields[name] = JSONValue(.object(members)) }
        return JSONValue(.object(fields))
    }

    mutating func refusal(_ request: StandInServer.Request, _ namespace: String) -> StandInServer.Answer? {
        requests.append("\(request.method) \(request.parts.joined(separator: "/"))")
        guard !users.isEmpty else { return nil }
        var user = "system:anonymous"
        if let header = request.headers["authorization"] {
            guard let mayLook = users[String(header.dropFirst("Bearer ".count))] else {
                return KubernetesState.failure(401, "Unauthorized", "Unauthorized")
            }
            guard !mayLook else { return nil }
            user = "plain"
        }
        let text = JSONValue(.string("discovery.k8s.io"))
        return KubernetesState.failure(
            403, "Forbidden",
            "endpointslices.discovery.k8s.io is forbidden: User \"\(user)\" cannot list resource \"endpointslices\" in "
                + "API group \"discovery.k8s.io\" in the namespace \"\(namespace)\"",
            ["details": ["group": text, "kind": JSONValue(.string("endpointslices"))]])
    }

    /// The service that a label selector selects.
    static func service(of request: StandInServer.Request) -> String? {
        request.value("labelSelector").flatMap { $0.split(separator: "=").last.map(String.init) }
    }

    private static func service(of slice: [String: JSONValue]) -> String? {
        ConsulState.text(slice["metadata"]?["labels"]?["kubernetes.io/service-name"])
    }

    // MARK: Writing

    mutating func write(
        _ slice: JSONValue, in namespace: String, replacing name: String?, _ api: String
    ) -> StandInServer.Answer {
        guard case .object(var fields) = slice.content, case .object(var metadata)? = fields["metadata"]?.content,
            let key = ConsulState.text(metadata["name"])
        else { return KubernetesState.failure(422, "Invalid", "metadata.name: Required value") }
        let known = slices[namespace]?[key]
        let wanted = ConsulState.text(metadata["resourceVersion"])
        if name != nil, let wanted, wanted != ConsulState.text(known?["metadata"]?["resourceVersion"]) {
            return KubernetesState.failure(
                409, "Conflict",
                "Operation cannot be fulfilled on endpointslices.discovery.k8s.io \"\(key)\": the object has been "
                    + "modified; please apply your changes to the latest version and try again",
                [
                    "details": [
                        "name": .init(.string(key)), "group": .init(.string("discovery.k8s.io")),
                        "kind": .init(.string("endpointslices")),
                    ]
                ])
        }
        version += 1
        metadata["namespace"] = .init(.string(namespace))
        metadata["resourceVersion"] = .init(.string("\(version)"))
        metadata["selfLink"] = .init(
            .string("/apis/discovery.k8s.io/\(api)/namespaces/\(namespace)/endpointslices/\(key)"))
        metadata["uid"] = .init(.string("d7d0cf74-2ea4-468e-ab09-681722f17690"))
        metadata["generation"] = .init(.integer(1))
        metadata["creationTimestamp"] = .init(.string("2026-11-21T03:12:17Z"))
        metadata["managedFields"] = .init(.array([]))
        fields["metadata"] = .init(.object(metadata))
        fields["kind"] = .init(.string("EndpointSlice"))
        fields["apiVersion"] = .init(.string("discovery.k8s.io/\(api)"))
        slices[namespace, default: [:]][key] = fields
        events.append(
            Event(version: version, type: known == nil ? "ADDED" : "MODIFIED", namespace: namespace, slice: fields))
        return .json(known == nil ? 201 : 200, JSONValue(.object(fields)))
    }

    mutating func remove(_ name: String, in namespace: String) -> StandInServer.Answer {
        guard let slice = slices[namespace]?.removeValue(forKey: name) else {
            return KubernetesState.failure(
                404, "NotFound", "endpointslices.discovery.k8s.io \"\(name)\" not found", ["details": [:]])
        }
        version += 1
        var gone = slice
        if case .object(var metadata)? = gone["metadata"]?.content {
            metadata["resourceVersion"] = .init(.string("\(version)"))
            gone["metadata"] = .init(.object(metadata))
        }
        events.append(Event(version: version, type: "DELETED", namespace: namespace, slice: gone))
        return .json(
            200,
            JSONValue(
                .object([
                    "kind": .init(.string("Status")), "apiVersion": .init(.string("v1")),
                    "metadata": .init(.object([:])), "status": .init(.string("Success")),
                    "details": .init(
                        .object([
                            "name": .init(.string(name)), "group": .init(.string("discovery.k8s.io")),
                            "kind": .init(.string("endpointslices")),
                            "uid": .init(.string("d7d0cf74-2ea4-468e-ab09-681722f17690")),
                        ])),
                ])))
    }

    // MARK: Reading

    func list(_ request: StandInServer.Request, _ namespace: String, _ api: String) -> StandInServer.Answer {
        if request.value("resourceVersionMatch") == "Exact", let text = request.value("resourceVersion"),
            let wanted = Int(text), wanted < oldest
        {
            return KubernetesState.failure(410, "Expired", "The resourceVersion for the provided list is too old.")
        }
        let service = KubernetesState.service(of: request)
        let found = (slices[namespace] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            .filter { service == nil || KubernetesState.service(of: $0) == service }
        let items = found.map { slice in
            JSONValue(.object(slice.filter { $0.key != "kind" && $0.key != "apiVersion" }))
        }
        return .json(
            200,
            JSONValue(
                .object([
                    "kind": .init(.string("EndpointSliceList")),
                    "apiVersion": .init(.string("discovery.k8s.io/\(api)")),
                    "metadata": .init(
                        .object([
                            "selfLink": .init(
                                .string("/apis/discovery.k8s.io/\(api)/namespaces/\(namespace)/endpointslices")),
                            "resourceVersion": .init(.string("\(version)")),
                        ])), "items": .init(.array(items)),
                ])))
    }

    /// The event of a watch from a version that is forgotten.
    func gone(_ wanted: Int) -> String? {
        guard wanted < oldest else { return nil }
        return KubernetesState.event(
            "ERROR", KubernetesState.status(410, "Expired", "too old resource version: \(wanted) (\(oldest))"))
    }

    func events(after: Int, in namespace: String, of service: String?, _ api: String) -> [String] {
        events.filter { event in
            event.version > after && event.namespace == namespace
                && (service == nil || KubernetesState.service(of: event.slice) == service)
        }
        .map { KubernetesState.event($0.type, JSONValue(.object($0.slice))) }
    }

    /// What a watch from nowhere starts with.
    func synthetic(in namespace: String, of service: String?) -> [String] {
        (slices[namespace] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            .filter { service == nil || KubernetesState.service(of: $0) == service }
            .map { KubernetesState.event("ADDED", JSONValue(.object($0))) }
    }

    func bookmark(_ api: String) -> String {
        KubernetesState.event(
            "BOOKMARK",
            JSONValue(
                .object([
                    "kind": .init(.string("EndpointSlice")), "apiVersion": .init(.string("discovery.k8s.io/\(api)")),
                    "metadata": .init(
                        .object([
                            "resourceVersion": .init(.string("\(version)")), "creationTimestamp": .init(.null),
                        ])), "endpoints": .init(.null), "ports": .init(.null), "addressType": .init(.string("")),
                ])))
    }

    private static func event(_ type: String, _ object: JSONValue) -> String {
        JSONValue(.object(["type": .init(.string(type)), "object": object])).description
    }

    // MARK: What tests write

    /// A slice with endpoints at these addresses, `address` or `address zone`.
    static func slice(
        _ name: String, of service: String, _ addresses: [String],
        ports: [(name: String, port: Int)] = [("grpc", 50051)],
        conditions: [String: Bool] = ["ready": true], family: String = "IPv4"
    ) -> JSONValue {
        let endpoints = addresses.map { text in
            let words = text.split(separator: " ").map { JSONValue(.string(String($0))) }
            var endpoint: [String: JSONValue] = [
                "addresses": .init(.array([words[0]])),
                "conditions": .init(.object(conditions.mapValues { JSONValue(.bool($0)) })),
            ]
            if words.count > 1 { endpoint["zone"] = words[1] }
            return JSONValue(.object(endpoint))
        }
        return JSONValue(
            .object([
                "metadata": .init(
                    .object([
                        "name": .init(.string(name)),
                        "labels": .init(.object(["kubernetes.io/service-name": .init(.string(service))])),
                    ])), "addressType": .init(.string(family)), "endpoints": .init(.array(endpoints)),
                "ports": .init(
                    .array(
                        ports.map {
                            JSONValue(.object(["name": .init(.string($0.name)), "port": .init(.integer($0.port))]))
                        })),
            ]))
    }
}
