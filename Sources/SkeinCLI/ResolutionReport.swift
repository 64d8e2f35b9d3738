// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import SkeinDiscovery
import SkeinResolution

/// A resolution as text: a line of what it is, then one for each endpoint.
struct ResolutionReport {
    let text: String

    /// - Parameter time: stands in front, when given.
    init(_ resolution: Resolution, at time: Date?) {
        let count = resolution.endpoints.count
        var title = count == 1 ? "1 endpoint" : "\(count) endpoints"
        if let time { title = "\(time.ISO8601Format()) \(title)" }
        if !resolution.note.isEmpty { title += " (\(resolution.note))" }
        let endpoints = resolution.endpoints.map(ResolutionReport.line).sorted()
        text = ([title] + ResolutionReport.config(resolution) + endpoints).joined(separator: "\n")
    }

    private static func config(_ resolution: Resolution) -> [String] {
        switch resolution.serviceConfig {
        case nil: []
        case .success(let config):
            ["  service config: " + config.loadBalancing.map(\.policy).joined(separator: ", ")]
        case .failure(let error): ["  service config: \(error.message)"]
        }
    }

    private static func line(_ endpoint: Endpoint) -> String {
        var words = [endpoint.addresses.map(\.description).joined(separator: ",")]
        if endpoint.weight != 1 { words.append("weight=\(endpoint.weight)") }
        if endpoint.priority != 0 { words.append("priority=\(endpoint.priority)") }
        if let zone = endpoint.locality?.zone, !zone.isEmpty { words.append("zone=\(zone)") }
        if let instance = endpoint[InstanceAttribute.self] {
            if instance.id != instance.address { words.append("id=\(JSONValue.quoted(instance.id))") }
            if !instance.version.isEmpty { words.append("version=\(instance.version)") }
            if !instance.tags.isEmpty { words.append("tags=\(instance.tags.joined(separator: ","))") }
            for (name, value) in instance.metadata.sorted(by: { $0.key < $1.key }) {
                words.append("\(name)=\(JSONValue.quoted(value))")
            }
        }
        switch endpoint[EndpointStanding.self] {
        case .listed: break
        case .kept: words.append("kept: not in the last list")
        case .unconfirmed: words.append("unconfirmed: the registry does not answer")
        }
        return "  " + words.joined(separator: " ")
    }
}
