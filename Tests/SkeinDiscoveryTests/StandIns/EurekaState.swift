// SPDX-License-Identifier: Apache-2.0
import SkeinCore

/// What a Eureka server knows.
struct EurekaState: Sendable {
    private struct Record: Sendable {
        var fields: [String: JSONValue]
        var duration: Duration
        var until: ContinuousClock.Instant
        var override: String?
    }

    private struct Key: Hashable {
        var application: String
        var id: String
    }

    /// Whether leases that are over are left alone, as when a server protects itself.
    var protectsItself = false
    /// What the delta tells, when it is wrong.
    var forgedHash: String?
    /// How many of the newest changes the delta leaves out, as when they are too old for it.
    var droppedDeltas = 0
    var requests: [String] = []
    private var records: [Key: Record] = [:]
    private var order: [Key] = []
    private var changes: [(key: Key, fields: [String: JSONValue])] = []
    private var time = 1_795_231_103_000

    mutating func forget() { (records, order, changes) = ([:], [], []) }

    private mutating func note(_ key: Key, _ action: String) {
        guard var fields = records[key]?.fields else { return }
        time += 1
        fields["actionType"] = .init(.string(action))
        fields["lastUpdatedTimestamp"] = .init(.string("\(time)"))
        if action != "DELETED" { records[key]?.fields = fields }
        changes.removeAll { $0.key == key }
        changes.append((key, fields))
    }

    mutating func register(_ body: JSONValue, in application: String) -> String? {
        guard case .object(var fields)? = body["instance"]?.content else { return "Missing instance" }
        for (field, problem) in [
            ("hostName", "Missing hostname"), ("ipAddr", "Missing ip address"), ("app", "Missing appName"),
        ]
        where (ConsulState.text(fields[field]) ?? "").isEmpty { return problem }
        let name = (ConsulState.text(fields["app"]) ?? "").uppercased()
        guard name == application.uppercased() else {
            return "Mismatched appName, expecting \(application.uppercased()) but was \(name)"
        }
        guard let center = fields["dataCenterInfo"], center["name"] != nil else { return "Missing dataCenterInfo" }
        let key = Key(application: name, id: ConsulState.text(fields["instanceId"]) ?? "")
        var seconds = 90
        if case .integer(let value)? = fields["leaseInfo"]?["durationInSecs"]?.content { seconds = value }
        let override = records[key]?.override
        fields["app"] = JSONValue(.string(name))
        fields["status"] = JSONValue(.string(override ?? ConsulState.text(fields["status"]) ?? "UP"))
        fields["overriddenStatus"] = JSONValue(.string(override ?? "UNKNOWN"))
        fields["countryId"] = JSONValue(.integer(1))
        fields["isCoordinatingDiscoveryServer"] = JSONValue(.string("false"))
        fields["lastDirtyTimestamp"] = fields["lastDirtyTimestamp"] ?? JSONValue(.string("\(time)"))
        fields["leaseInfo"] = lease(fields["leaseInfo"], seconds)
        if records.updateValue(
            Record(fields: fields, duration: .seconds(seconds), until: .now + .seconds(seconds), override: override),
            forKey: key) == nil
        {
            order.append(key)
        }
        note(key, "ADDED")
        return nil
    }

    private func lease(_ given: JSONValue?, _ seconds: Int) -> JSONValue {
        func number(_ value: Int) -> JSONValue { JSONValue(.integer(value)) }
        return JSONValue(
            .object([
                "renewalIntervalInSecs": given?["renewalIntervalInSecs"] ?? number(30),
                "durationInSecs": number(seconds), "registrationTimestamp": number(time),
                "lastRenewalTimestamp": number(time), "evictionTimestamp": number(0),
                "serviceUpTimestamp": number(time),
            ]))
    }

    private func key(_ application: String, _ id: String) -> Key? {
        let key = Key(application: application.uppercased(), id: id)
        return records[key] == nil ? nil : key
    }

    mutating func renew(_ application: String, _ id: String) -> Bool {
        guard let key = key(application, id), let duration = records[key]?.duration else { return false }
        // A real server counts a renewed lease twice.
        records[key]?.until = .now + duration * 2
        return true
    }

    /// `nil` takes the override away.
    mutating func override(_ application: String, _ id: String, _ status: String?) -> Bool {
        guard let key = key(application, id) else { return false }
        records[key]?.override = status
        records[key]?.fields["status"] = JSONValue(.string(status ?? "UP"))
        records[key]?.fields["overriddenStatus"] = JSONValue(.string(status ?? "UNKNOWN"))
        note(key, "MODIFIED")
        return true
    }

    mutating func describe(_ application: String, _ id: String, _ values: [(name: String, value: String)]) -> Bool {
        guard let key = key(application, id) else { return false }
        var metadata = ConsulState.texts(records[key]?.fields["metadata"]).mapValues { JSONValue(.string($0)) }
        for (name, value) in values { metadata[name] = JSONValue(.string(value)) }
        records[key]?.fields["metadata"] = JSONValue(.object(metadata))
        note(key, "MODIFIED")
        return true
    }

    mutating func cancel(_ application: String, _ id: String) -> Bool {
        guard let key = key(application, id) else { return false }
        note(key, "DELETED")
        records[key] = nil
        order.removeAll { $0 == key }
        return true
    }

    mutating func evict(at now: ContinuousClock.Instant) {
        guard !protectsItself else { return }
        for (key, record) in records where record.until <= now { _ = cancel(key.application, key.id) }
    }

    // MARK: Finding

    private var hash: String {
        var counts: [String: Int] = [:]
        for record in records.values { counts[ConsulState.text(record.fields["status"]) ?? "", default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { "\($0.key)_\($0.value)_" }.joined()
    }

    private func applications(_ found: [(key: Key, fields: [String: JSONValue])], _ hash: String) -> JSONValue {
        let names = found.map(\.key.application).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let list = names.map { name in
            JSONValue(
                .object([
                    "name": JSONValue(.string(name)),
                    "instance": JSONValue(
                        .array(found.filter { $0.key.application == name }.map { JSONValue(.object($0.fields)) })),
                ]))
        }
        return JSONValue(
            .object([
                "applications": JSONValue(
                    .object([
                        "versions__delta": JSONValue(.string("1")), "apps__hashcode": JSONValue(.string(hash)),
                        "application": JSONValue(.array(list)),
                    ]))
            ]))
    }

    func all() -> JSONValue {
        applications(order.compactMap { key in records[key].map { (key, $0.fields) } }, hash)
    }

    func delta() -> JSONValue { applications(changes.dropLast(droppedDeltas), forgedHash ?? hash) }

    func application(_ name: String) -> JSONValue? {
        let found = order.filter { $0.application == name.uppercased() }.compactMap { records[$0]?.fields }
        guard !found.isEmpty else { return nil }
        return JSONValue(
            .object([
                "application": JSONValue(
                    .object([
                        "name": JSONValue(.string(name.uppercased())),
                        "instance": JSONValue(.array(found.map { JSONValue(.object($0)) })),
                    ]))
            ]))
    }

    func instance(_ application: String, _ id: String) -> JSONValue? {
        guard let key = key(application, id), let fields = records[key]?.fields else { return nil }
        return JSONValue(.object(["instance": JSONValue(.object(fields))]))
    }
}
