// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// An instance as Curator's `JsonInstanceSerializer` writes and reads it.
///
/// What Curator has no place for stands in the payload, a Java map of texts: metadata under its own names, the rest
/// under `skein.weight`, `skein.priority`, `skein.zone`, `skein.version` and `skein.tags` (JSON). A payload is only
/// written when there is something in it, so that readers that expect none find none.
struct CuratorInstance: Sendable, Hashable {
    private static let ours = "skein."
    private static let javaClass = "@class"

    var instance: ServiceInstance
    /// Whether it takes calls; instances of Curator may say that they do not.
    var isEnabled = true

    init(_ instance: ServiceInstance) { self.instance = instance }

    /// `registered`: milliseconds since 1970.
    func json(registered: Int) -> String {
        let members: [String: JSONValue.Content] = [
            "name": .string(instance.service), "id": .string(instance.id), "address": .string(instance.host),
            "port": .integer(instance.port), "sslPort": .null, "registrationTimeUTC": .integer(registered),
            "serviceType": .string("DYNAMIC"), "uriSpec": .null, "enabled": .bool(isEnabled), "payload": payload,
        ]
        return JSONValue(.object(members.mapValues { JSONValue($0) })).description
    }

    private var payload: JSONValue.Content {
        var texts: [String: String] = [:]
        for (name, value) in instance.metadata { texts[CuratorInstance.kept(name)] = value }
        if instance.weight != 1 { texts["skein.weight"] = String(instance.weight) }
        if instance.priority != 0 { texts["skein.priority"] = String(instance.priority) }
        if !instance.zone.isEmpty { texts["skein.zone"] = instance.zone }
        if !instance.version.isEmpty { texts["skein.version"] = instance.version }
        if !instance.tags.isEmpty {
            texts["skein.tags"] = JSONValue(.array(instance.tags.map { JSONValue(.string($0)) })).description
        }
        guard !texts.isEmpty else { return .null }
        texts[CuratorInstance.javaClass] = "java.util.HashMap"
        return .object(texts.mapValues { JSONValue(.string($0)) })
    }

    /// A name of metadata that is none of ours: those that look like one get another `skein.` in front.
    private static func kept(_ name: String) -> String {
        name.hasPrefix(ours) || name == javaClass ? "\(ours)\(ours)\(name)" : name
    }

    /// `nil`: the instance has no port.
    init?(parsing text: String, of service: String, node: String) throws(ConfigurationError) {
        let json = try JSONValue(parsing: text)
        guard let address = json["address"]?.text else { throw json.error("expected an object with an address") }
        guard let port = json["port"]?.integer ?? json["sslPort"]?.integer else { return nil }
        instance = ServiceInstance(service: service, id: json["id"]?.text ?? node, host: address, port: port)
        if case .bool(false)? = json["enabled"]?.content { isEnabled = false }
        for (name, value) in json["payload"]?.members ?? [] { read(name, value) }
        if let text = json["payload"]?.text { instance.metadata["payload"] = text }
    }

    private mutating func read(_ name: String, _ value: JSONValue) {
        let text = value.text ?? value.description
        switch name {
        case CuratorInstance.javaClass: break
        case "skein.weight": instance.weight = UInt32(text) ?? 1
        case "skein.priority": instance.priority = UInt8(text) ?? 0
        case "skein.zone": instance.zone = text
        case "skein.version": instance.version = text
        case "skein.tags":
            guard case .array(let tags)? = try? JSONValue(parsing: text).content else { return }
            instance.tags = tags.compactMap(\.text)
        case _ where name.hasPrefix(CuratorInstance.ours + CuratorInstance.ours):
            instance.metadata[String(name.dropFirst(2 * CuratorInstance.ours.count))] = text
        default: instance.metadata[name] = text
        }
    }
}

extension JSONValue {
    fileprivate var integer: Int? { if case .integer(let number) = content { number } else { nil } }
}
