// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials

/// An instance as JSON: in the registries that are only stores, and in the cache of the last good list.
struct InstanceRecord: Codable, Sendable, Hashable {
    var service: String
    var id: String
    var host: String
    var port: Int
    var weight: UInt32?
    var priority: UInt8?
    var zone: String?
    var version: String?
    var tags: [String]?
    var metadata: [String: String]?

    init(_ instance: ServiceInstance) {
        (service, id, host, port) = (instance.service, instance.id, instance.host, instance.port)
        weight = instance.weight
        priority = instance.priority == 0 ? nil : instance.priority
        zone = instance.zone.isEmpty ? nil : instance.zone
        version = instance.version.isEmpty ? nil : instance.version
        tags = instance.tags.isEmpty ? nil : instance.tags
        metadata = instance.metadata.isEmpty ? nil : instance.metadata
    }

    /// Reads the JSON of one.
    init(json: some Sequence<UInt8>) throws {
        self = try JSONDecoder().decode(InstanceRecord.self, from: Data(json))
    }

    var instance: ServiceInstance {
        var instance = ServiceInstance(service: service, id: id, host: host, port: port)
        (instance.weight, instance.priority) = (weight ?? 1, priority ?? 0)
        (instance.zone, instance.version) = (zone ?? "", version ?? "")
        (instance.tags, instance.metadata) = (tags ?? [], metadata ?? [:])
        return instance
    }

    /// The same text each time.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
