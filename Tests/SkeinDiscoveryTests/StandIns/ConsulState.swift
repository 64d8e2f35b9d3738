// SPDX-License-Identifier: Apache-2.0
import SkeinCore

/// What a Consul agent knows.
struct ConsulState: Sendable {
    enum Right: Sendable { case none, read, write }

    struct Check: Sendable {
        var id: String
        var name: String
        var status: String
        var output = ""
        var type: String
        var ttl: Duration?
        var until: ContinuousClock.Instant?
        var created: UInt64
        var modified: UInt64
        /// As it was registered.
        var body: JSONValue?
    }

    struct Service: Sendable {
        var record: [String: JSONValue]
        var checks: [Check]
        var created: UInt64
        var modified: UInt64
    }

    static let knownFields: Set<String> = [
        "ID", "Name", "Tags", "Address", "Port", "Meta", "Weights", "Check", "Checks", "EnableTagOverride",
    ]

    var datacenter = "dc1"
    /// What other datacenters have, by their names.
    var others: [String: [String: Service]] = [:]
    var defaultDeny = false
    var outage: ConsulOutage?
    var tokens: [String: Right] = [:]
    /// Whether queries are answered at once, as by somebody on the way who knows of no waiting.
    var ignoresWait = false
    /// How many there were that may wait.
    var queries = 0
    private(set) var texts: [String: String] = [:]
    private(set) var services: [String: Service] = [:]
    private(set) var index: UInt64 = 33
    /// The index of the last change of each service; one that is not there has that of the table.
    private var changes: [String: UInt64] = [:]

    func right(of token: String) -> Right? {
        if token.isEmpty { return defaultDeny ? Right.none : .write }
        return tokens[token] ?? (defaultDeny ? nil : .write)
    }

    mutating func forget() {
        (services, changes, index) = ([:], [:], 20)
    }

    private mutating func changed(_ service: String) {
        index += 1
        changes[service] = index
    }

    /// Sets a key of the store, or takes it away.
    mutating func store(_ text: String?, at key: String) {
        changed("kv/\(key)")
        texts[key] = text
    }

    func index(of service: String, _ datacenter: String?) -> UInt64? {
        guard datacenter == nil || datacenter == self.datacenter else { return nil }
        return changes[service] ?? index
    }

    // MARK: Registering

    mutating func register(_ body: JSONValue, _ right: Right, replacesChecks: Bool) -> StandInServer.Answer {
        guard case .object(var fields) = body.content else { return .text(400, "Request decode failed: EOF") }
        if let unknown = fields.keys.first(where: { !ConsulState.knownFields.contains($0) }) {
            return .text(400, "Request decode failed: json: unknown field \"\(unknown)\"")
        }
        guard let name = ConsulState.text(fields["Name"]), !name.isEmpty else {
            return .text(400, "Missing service name")
        }
        let id = ConsulState.text(fields["ID"]) ?? name
        for key in ConsulState.texts(fields["Meta"]).keys {
            let isAllowed =
                !key.isEmpty
                && key.utf8.allSatisfy { byte in
                    Character(Unicode.Scalar(byte)).isASCII
                        && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
                            || byte == 0x2d || byte == 0x5f)
                }
            guard isAllowed else {
                return .text(400, "Invalid Service Meta: Key contains invalid characters")
            }
        }
        var checks: [Check] = []
        for check in ConsulState.elements(fields["Check"]) + ConsulState.elements(fields["Checks"]) {
            guard let made = self.check(check, id, checks.count) else {
                return .text(400, "Invalid check: TTL must be > 0 for TTL checks")
            }
            checks.append(made)
        }
        guard right == .write else { return .text(403, "Permission denied: Missing service:write on \(name)") }
        changed(name)
        fields["Check"] = nil
        fields["Checks"] = nil
        var service = services[id] ?? Service(record: [:], checks: [], created: index, modified: index)
        if let old = ConsulState.text(service.record["Name"]), old != name { changed(old) }
        service.record = fields
        service.record["ID"] = JSONValue(.string(id))
        service.modified = index
        if replacesChecks { service.checks = [] }
        for var check in checks {
            (check.created, check.modified) = (index, index)
            service.checks.removeAll { $0.id == check.id }
            service.checks.append(check)
        }
        services[id] = service
        return .empty(200)
    }

    private func check(_ body: JSONValue, _ service: String, _ number: Int) -> Check? {
        let usual = number == 0 ? "service:\(service)" : "service:\(service):\(number + 1)"
        let id = ConsulState.text(body["CheckID"]) ?? usual
        let name = ConsulState.text(body["Name"]) ?? "Service check"
        let status = ConsulState.text(body["Status"]) ?? "critical"
        if let text = ConsulState.text(body["TTL"]), let ttl = ConsulState.duration(text), ttl > .zero {
            return Check(
                id: id, name: name, status: status, type: "ttl", ttl: ttl, until: .now + ttl, created: 0, modified: 0,
                body: body)
        }
        for (field, type) in [("HTTP", "http"), ("TCP", "tcp"), ("GRPC", "grpc"), ("Args", "script")]
        where body[field] != nil && body["Interval"] != nil {
            return Check(id: id, name: name, status: status, type: type, created: 0, modified: 0, body: body)
        }
        return nil
    }

    mutating func deregister(_ id: String) {
        guard let service = services.removeValue(forKey: id) else { return }
        changed(ConsulState.text(service.record["Name"]) ?? "")
    }

    mutating func maintain(_ id: String, _ isOn: Bool, _ reason: String) -> StandInServer.Answer {
        guard var service = services[id] else { return .text(404, "Unknown service \"\(id)\"") }
        changed(ConsulState.text(service.record["Name"]) ?? "")
        let check = "_service_maintenance:\(id)"
        service.checks.removeAll { $0.id == check }
        if isOn {
            service.checks.append(
                Check(
                    id: check, name: "Service Maintenance Mode", status: "critical", type: "maintenance",
                    created: index, modified: index))
        }
        services[id] = service
        return .empty(200)
    }

    mutating func update(_ id: String, _ status: String, _ right: Right) -> StandInServer.Answer {
        for (key, service) in services {
            guard let place = service.checks.firstIndex(where: { $0.id == id && $0.ttl != nil }) else { continue }
            let name = ConsulState.text(service.record["Name"]) ?? ""
            guard right == .write else { return .text(403, "Permission denied: Missing service:write on \(name)") }
            set(status, of: key, place, name)
            return .empty(200)
        }
        return .text(500, "CheckID \"\(id)\" does not have associated TTL")
    }

    /// Sets the result of any check, as an agent does that makes it.
    mutating func set(_ status: String, ofCheck id: String) {
        for (key, service) in services {
            guard let place = service.checks.firstIndex(where: { $0.id == id }) else { continue }
            set(status, of: key, place, ConsulState.text(service.record["Name"]) ?? "")
        }
    }

    private mutating func set(_ status: String, of key: String, _ place: Int, _ name: String) {
        guard var service = services[key] else { return }
        if let ttl = service.checks[place].ttl { service.checks[place].until = .now + ttl }
        // A renewal changes nothing that a query would tell.
        if service.checks[place].status != status {
            changed(name)
            service.checks[place].status = status
            service.checks[place].modified = index
        }
        services[key] = service
    }

    /// Turns the checks critical that were not renewed; tells whether there were any.
    mutating func expire(at now: ContinuousClock.Instant) -> Bool {
        var isChanged = false
        for (key, service) in services {
            for (place, check) in service.checks.enumerated() {
                guard let until = check.until, until <= now, check.status != "critical" else { continue }
                set("critical", of: key, place, ConsulState.text(service.record["Name"]) ?? "")
                isChanged = true
            }
        }
        return isChanged
    }

    // MARK: Finding

    func health(_ name: String, _ request: StandInServer.Request, _ right: Right) -> StandInServer.Answer {
        var found = services
        if let datacenter = request.value("dc"), datacenter != self.datacenter {
            guard let other = others[datacenter] else { return .text(500, "No path to datacenter") }
            found = other
        }
        var entries: [(id: String, service: Service)] = []
        for (id, service) in found.sorted(by: { $0.key < $1.key }) where right != .none {
            guard ConsulState.text(service.record["Name"]) == name else { continue }
            let tags = ConsulState.elements(service.record["Tags"]).compactMap { ConsulState.text($0) }
            guard request.values("tag").allSatisfy(tags.contains) else { continue }
            if request.has("passing"), service.checks.contains(where: { $0.status != "passing" }) { continue }
            entries.append((id, service))
        }
        let body = JSONValue(.array(entries.map { entry(name, $0.id, $0.service, request.value("dc")) }))
        let consistency = request.has("stale") ? "stale" : request.has("consistent") ? "consistent" : "leader"
        return .json(
            200, body,
            [
                ("X-Consul-Effective-Consistency", consistency),
                ("X-Consul-Index", "\(index(of: name, request.value("dc")) ?? 12)"),
                ("X-Consul-Knownleader", "true"), ("X-Consul-Lastcontact", "0"),
            ])
    }

    private func entry(_ name: String, _ id: String, _ service: Service, _ datacenter: String?) -> JSONValue {
        func text(_ value: String) -> JSONValue { JSONValue(.string(value)) }
        func number(_ value: UInt64) -> JSONValue { JSONValue(.integer(Int(value))) }
        let node = JSONValue(
            .object([
                "ID": text("9c36d968-d9f5-5084-8617-0c5bcc4dcd5f"), "Node": text("dev1"),
                "Address": text("127.0.0.1"), "Datacenter": text(datacenter ?? self.datacenter),
                "TaggedAddresses": JSONValue(.object(["lan": text("127.0.0.1")])),
                "Meta": JSONValue(.object(["consul-network-segment": text("")])),
                "CreateIndex": number(11), "ModifyIndex": number(13),
            ]))
        var record = service.record
        record["Name"] = nil
        record["Service"] = text(name)
        record["CreateIndex"] = number(service.created)
        record["ModifyIndex"] = number(service.modified)
        record["EnableTagOverride"] = JSONValue(.bool(false))
        record["Proxy"] = JSONValue(.object([:]))
        record["Connect"] = JSONValue(.object([:]))
        if record["Address"] != nil { record["TaggedAddresses"] = JSONValue(.object([:])) }
        for (field, empty) in [
            ("Meta", JSONValue(.null)), ("Tags", JSONValue(.array([]))), ("Address", text("")),
            (
                "Weights",
                JSONValue(.object(["Passing": JSONValue(.integer(1)), "Warning": JSONValue(.integer(1))]))
            ),
        ] where record[field] == nil { record[field] = empty }
        let agent = Check(
            id: "serfHealth", name: "Serf Health Status", status: "passing", type: "", created: 11, modified: 11)
        let checks = ([agent] + service.checks.sorted { $0.id < $1.id }).map { check in
            JSONValue(
                .object([
                    "Node": text("dev1"), "CheckID": text(check.id), "Name": text(check.name),
                    "Status": text(check.status), "Notes": text(""), "Output": text(check.output),
                    "ServiceID": text(check.type.isEmpty ? "" : id),
                    "ServiceName": text(check.type.isEmpty ? "" : name),
                    "ServiceTags": check.type.isEmpty ? JSONValue(.array([])) : record["Tags"] ?? JSONValue(.null),
                    "Type": text(check.type), "Interval": text(""), "Timeout": text(""),
                    "ExposedPort": number(0), "Definition": JSONValue(.object([:])),
                    "CreateIndex": number(check.created), "ModifyIndex": number(check.modified),
                ]))
        }
        return JSONValue(
            .object(["Node": node, "Service": JSONValue(.object(record)), "Checks": JSONValue(.array(checks))]))
    }

    // MARK: Reading JSON

    static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value?.content { text } else { nil }
    }

    static func texts(_ value: JSONValue?) -> [String: String] {
        guard case .object(let members)? = value?.content else { return [:] }
        return members.compactMapValues { text($0) }
    }

    /// The elements of an array, or the value alone; none for what is not there.
    static func elements(_ value: JSONValue?) -> [JSONValue] {
        switch value?.content {
        case .array(let values)?: values
        case nil, .null?: []
        default: value.map { [$0] } ?? []
        }
    }

    /// `5s`, `1500ms`, `1m`.
    static func duration(_ text: String) -> Duration? {
        for (unit, seconds) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)] where text.hasSuffix(unit) {
            if let number = Double(text.dropLast(unit.count)) { return .seconds(number * seconds) }
        }
        return nil
    }
}
