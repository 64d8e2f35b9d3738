// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// How instances stand in Consul: what an agent is told, and what a health query answers.
///
/// Zone, version and priority are metadata of these names, which other programs use as well. Keys that Consul does not
/// take (it allows letters, digits, `-` and `_`) are written as `skein-x-` and their bytes in hexadecimal.
struct ConsulLayout: Sendable {
    private static let escape = "skein-x-"
    /// Consul does not take less.
    private static let leastDeregisterAfter: Duration = .seconds(60)

    static func checkID(of id: String) -> String { "service:\(id)" }

    /// What registers an instance. Consul refuses fields that it does not know, so there are no others.
    static func registration(of instance: ServiceInstance, ttl: Duration, _ query: ConsulQuery) -> JSONValue {
        var checks = [
            JSONValue.fields([
                "CheckID": .text(checkID(of: instance.id)), "Name": .text("lease"), "TTL": .text(text(of: ttl)),
                // Else it is critical until the first renewal.
                "Status": .text("passing"),
                "DeregisterCriticalServiceAfter": .text(text(of: max(leastDeregisterAfter, ttl * 4))),
            ])
        ]
        if let check = instance.healthCheck { checks.append(self.check(check, of: instance)) }
        return .fields([
            "ID": .text(instance.id), "Name": .text(instance.service), "Address": .text(instance.host),
            "Port": .number(instance.port), "Tags": .list(instance.tags.map(JSONValue.text)),
            "Meta": .texts(meta(of: instance)),
            "Weights": .fields(["Passing": .number(weight(of: instance)), "Warning": .number(1)]),
            "Namespace": query.namespace.map(JSONValue.text), "Partition": query.partition.map(JSONValue.text),
            "Checks": .list(checks),
        ])
    }

    private static func weight(of instance: ServiceInstance) -> Int { Int(min(max(1, instance.weight), 65535)) }

    private static func check(_ check: HealthCheck, of instance: ServiceInstance) -> JSONValue {
        var fields: [String: JSONValue] = [
            "CheckID": .text("service:\(instance.id):health"), "Name": .text("health"),
            "Interval": .text(text(of: check.interval)), "Timeout": .text(text(of: check.timeout)),
        ]
        switch check.probe {
        case .http(let url): fields["HTTP"] = .text(url)
        case .tcp(let address): fields["TCP"] = .text(address)
        case .grpc(let address, let tls):
            fields["GRPC"] = .text(address)
            fields["GRPCUseTLS"] = JSONValue(.bool(tls))
        case .script(let arguments): fields["Args"] = .list(arguments.map(JSONValue.text))
        }
        if let status = check.initialStatus { fields["Status"] = .text(status.rawValue) }
        if let time = check.deregisterAfter { fields["DeregisterCriticalServiceAfter"] = .text(text(of: time)) }
        return JSONValue(.object(fields))
    }

    /// A duration as Go writes it.
    static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"
    }

    private static func meta(of instance: ServiceInstance) -> [String: String] {
        var meta: [String: String] = [:]
        for (key, value) in instance.metadata { meta[isAllowed(key) ? key : escaped(key)] = value }
        if !instance.zone.isEmpty { meta["zone"] = instance.zone }
        if !instance.version.isEmpty { meta["version"] = instance.version }
        if instance.priority > 0 { meta["priority"] = "\(instance.priority)" }
        return meta
    }

    private static func isAllowed(_ key: String) -> Bool {
        !key.isEmpty && !key.hasPrefix(escape)
            && key.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
                default: false
                }
            }
    }

    private static func escaped(_ key: String) -> String {
        escape + key.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func unescaped(_ key: String) -> String {
        guard key.hasPrefix(escape) else { return key }
        let digits = Array(key.dropFirst(escape.count))
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        return bytes.count * 2 == digits.count ? String(decoding: bytes, as: UTF8.self) : key
    }

    /// The instances of an answer to a health query. Those in maintenance mode, or with a check that is critical, are
    /// left out, and those whose weight in their state is 0. What makes no sense is left out, too.
    static func instances(of answer: JSONValue, service: String) throws -> [ServiceInstance] {
        guard let entries = answer.items else {
            throw RPCError(.internal, "read the instances of \(service): expected an array, found \(answer.summary)")
        }
        var best: [String: (instance: ServiceInstance, state: State)] = [:]
        var order: [String] = []
        for entry in entries {
            guard let (instance, state) = instance(of: entry, service: service) else { continue }
            // The same id may stand at two agents when a server went from one to the other.
            if let known = best[instance.id], known.state <= state { continue }
            if best.updateValue((instance, state), forKey: instance.id) == nil { order.append(instance.id) }
        }
        return order.compactMap { best[$0]?.instance }
    }

    private enum State: Int, Comparable {
        case passing, warning, critical

        static func < (a: State, b: State) -> Bool { a.rawValue < b.rawValue }

        init(_ text: String?) {
            switch text {
            case "passing": self = .passing
            case "warning": self = .warning
            default: self = .critical
            }
        }
    }

    private static func instance(of entry: JSONValue, service: String) -> (ServiceInstance, State)? {
        guard let record = entry["Service"], let id = record["ID"]?.text, let port = record["Port"]?.number else {
            return nil
        }
        let host = [record["Address"]?.text, entry["Node"]?["Address"]?.text].compactMap(\.self).first { !$0.isEmpty }
        guard let host else { return nil }
        let state = (entry["Checks"]?.items ?? []).map { State($0["Status"]?.text) }.max() ?? .passing
        guard state < .critical else { return nil }
        var instance = ServiceInstance(service: service, id: id, host: host, port: port)
        let weights = record["Weights"]
        let weight = state == .passing ? weights?["Passing"]?.number : weights?["Warning"]?.number
        instance.weight = UInt32(clamping: weight ?? 1)
        guard instance.weight > 0 else { return nil }
        instance.tags = (record["Tags"]?.items ?? []).compactMap(\.text)
        var meta = record["Meta"]?.texts ?? [:]
        instance.zone = meta.removeValue(forKey: "zone") ?? ""
        instance.version = meta.removeValue(forKey: "version") ?? ""
        if let priority = meta["priority"].flatMap({ UInt8($0) }) {
            instance.priority = priority
            meta["priority"] = nil
        }
        for (key, value) in meta { instance.metadata[unescaped(key)] = value }
        return (instance, state)
    }
}
