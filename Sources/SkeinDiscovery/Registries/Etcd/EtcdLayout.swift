// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// How instances stand in etcd: as grpc-go's `naming/endpoints` has them, so that Go programs and ours see each other.
///
/// The key is `<target>/<id>`, where the target is the service with what stands in front of it; the value is
/// `{"Op":0,"Addr":"host:port","Metadata":…}`. What grpc-go has no place for is an object under `Metadata`.
struct EtcdLayout: Sendable, Hashable {
    /// Without slashes at its ends; may be empty.
    var prefix: String

    /// The start of the keys of all instances of `service`.
    func start(of service: String) -> String { (prefix.isEmpty ? "" : prefix + "/") + service + "/" }

    func key(of instance: ServiceInstance) -> [UInt8] { Array((start(of: instance.service) + instance.id).utf8) }

    /// All instances of `service`. The end is the first text that starts otherwise: `0` comes after `/`.
    func range(of service: String) -> (key: [UInt8], end: [UInt8]) {
        let start = Array(start(of: service).utf8)
        return (start, start.dropLast() + [UInt8(ascii: "0")])
    }

    /// The id in a key; `nil` for a key that belongs to no instance of `service`.
    func id(in key: [UInt8], of service: String) -> String? {
        let start = start(of: service).utf8
        guard key.count > start.count, key.starts(with: start) else { return nil }
        return String(validating: key.dropFirst(start.count), as: UTF8.self)
    }

    func value(of instance: ServiceInstance) -> [UInt8] {
        let addr = JSONValue.quoted(instance.address)
        return Array("{\"Op\":0,\"Addr\":\(addr),\"Metadata\":\(EtcdLayout.metadata(of: instance))}".utf8)
    }

    /// What a key and its value say; `nil` when that is no instance of `service`.
    func instance(_ key: [UInt8], _ value: [UInt8], of service: String) -> ServiceInstance? {
        guard let id = id(in: key, of: service), let text = String(validating: value, as: UTF8.self),
            let json = try? JSONValue(parsing: text), case .string(let addr)? = json["Addr"]?.content,
            let place = try? HostPort(addr, defaultPort: 0), place.port > 0
        else { return nil }
        var instance = ServiceInstance(service: service, id: id, host: place.host, port: place.port)
        if let metadata = json["Metadata"] { EtcdLayout.read(metadata, into: &instance) }
        return instance
    }

    private static func metadata(of instance: ServiceInstance) -> JSONValue {
        let usual = ServiceInstance(service: "", host: "", port: 0)
        var members: [String: JSONValue] = [:]
        if instance.weight != usual.weight { members["weight"] = JSONValue(.integer(Int(instance.weight))) }
        if instance.priority != usual.priority { members["priority"] = JSONValue(.integer(Int(instance.priority))) }
        if !instance.zone.isEmpty { members["zone"] = JSONValue(.string(instance.zone)) }
        if !instance.version.isEmpty { members["version"] = JSONValue(.string(instance.version)) }
        if !instance.tags.isEmpty {
            members["tags"] = JSONValue(.array(instance.tags.map { JSONValue(.string($0)) }))
        }
        if !instance.metadata.isEmpty {
            members["metadata"] = JSONValue(.object(instance.metadata.mapValues { JSONValue(.string($0)) }))
        }
        return JSONValue(members.isEmpty ? .null : .object(members))
    }

    /// Takes what has the shape that we know, and texts under other names as metadata; whatever else a program put
    /// there is left out.
    private static func read(_ value: JSONValue, into instance: inout ServiceInstance) {
        for (name, value) in value.members ?? [] {
            switch (name, value.content) {
            case ("weight", .integer(let number)): instance.weight = UInt32(exactly: number) ?? instance.weight
            case ("priority", .integer(let number)): instance.priority = UInt8(exactly: number) ?? instance.priority
            case ("zone", .string(let text)): instance.zone = text
            case ("version", .string(let text)): instance.version = text
            case ("tags", .array(let values)): instance.tags = values.compactMap(\.text)
            case ("metadata", .object(let members)):
                instance.metadata.merge(members.compactMapValues(\.text)) { _, new in new }
            case (_, .string(let text)): instance.metadata[name] = instance.metadata[name] ?? text
            default: break
            }
        }
    }
}
