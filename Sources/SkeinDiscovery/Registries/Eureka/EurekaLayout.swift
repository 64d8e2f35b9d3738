// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// How instances stand in Eureka, in the JSON of its REST interface (com.netflix.appinfo.InstanceInfo).
///
/// What Eureka has no field for is metadata: `zone` and `version` as other clients name them, `weight`, `priority`, and
/// `tags`, a JSON array.
struct EurekaLayout: Sendable {
    /// Eureka's names of applications are in capitals.
    static func application(of service: String) -> String { service.uppercased() }

    static func registration(of instance: ServiceInstance, ttl: Duration, dirtySince: Int64) -> JSONValue {
        let seconds = max(1, ttl.components.seconds)
        var metadata = instance.metadata
        if !instance.zone.isEmpty { metadata["zone"] = instance.zone }
        if !instance.version.isEmpty { metadata["version"] = instance.version }
        if instance.weight != 1 { metadata["weight"] = "\(instance.weight)" }
        if instance.priority > 0 { metadata["priority"] = "\(instance.priority)" }
        if !instance.tags.isEmpty {
            metadata["tags"] = JSONValue.list(instance.tags.map(JSONValue.text)).description
        }
        let record = JSONValue.fields([
            "instanceId": .text(instance.id), "app": .text(application(of: instance.service)),
            "hostName": .text(instance.host), "ipAddr": .text(instance.host),
            "vipAddress": .text(instance.service), "secureVipAddress": .text(instance.service),
            "status": .text("UP"), "port": port(instance.port, isEnabled: true),
            "securePort": port(443, isEnabled: false),
            "dataCenterInfo": .texts([
                "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn",
            ]),
            "leaseInfo": .fields([
                "renewalIntervalInSecs": .number(Int(max(1, seconds / 3))), "durationInSecs": .number(Int(seconds)),
            ]),
            "lastDirtyTimestamp": .text("\(dirtySince)"), "metadata": .texts(metadata),
            "healthCheckUrl": healthURL(of: instance).map(JSONValue.text),
        ])
        return .fields(["instance": record])
    }

    private static func port(_ number: Int, isEnabled: Bool) -> JSONValue {
        .fields(["$": .number(number), "@enabled": .text("\(isEnabled)")])
    }

    /// For people and other programs: Eureka itself checks nothing.
    private static func healthURL(of instance: ServiceInstance) -> String? {
        if case .http(let url) = instance.healthCheck?.probe { url } else { nil }
    }

    /// An instance, or `nil` for what is not one that serves: its status is not UP, whoever said so.
    static func instance(of record: JSONValue, service: String) -> ServiceInstance? {
        guard record["status"]?.text == "UP", let host = host(of: record), let port = port(of: record) else {
            return nil
        }
        var instance = ServiceInstance(service: service, id: id(of: record), host: host, port: port)
        var metadata = record["metadata"]?.texts ?? [:]
        metadata["@class"] = nil
        instance.zone = metadata.removeValue(forKey: "zone") ?? ""
        instance.version = metadata.removeValue(forKey: "version") ?? ""
        if let weight = metadata["weight"].flatMap({ UInt32($0) }) {
            instance.weight = weight
            metadata["weight"] = nil
        }
        if let priority = metadata["priority"].flatMap({ UInt8($0) }) {
            instance.priority = priority
            metadata["priority"] = nil
        }
        if let tags = metadata["tags"].flatMap({ try? JSONValue(parsing: $0) })?.items {
            instance.tags = tags.compactMap(\.text)
            metadata["tags"] = nil
        }
        instance.metadata = metadata
        return instance
    }

    /// Older clients have no instance id: the host name stands for it.
    static func id(of record: JSONValue) -> String? {
        record["instanceId"]?.text ?? record["hostName"]?.text
    }

    /// A number before a name: it needs no name server.
    private static func host(of record: JSONValue) -> String? {
        [record["ipAddr"]?.text, record["hostName"]?.text].compactMap(\.self).first { !$0.isEmpty }
    }

    /// The plain port, else the secure one.
    private static func port(of record: JSONValue) -> Int? {
        for name in ["port", "securePort"] {
            guard let port = record[name], port["@enabled"]?.truth != false else { continue }
            // Some clients write the number alone.
            if let number = port["$"]?.number ?? port.number { return number }
        }
        return nil
    }

    /// The elements of a field that is an array, or, as some servers write one element, that element alone.
    static func elements(_ value: JSONValue?) -> [JSONValue] {
        guard let value, !value.isNull else { return [] }
        return value.items ?? [value]
    }
}
