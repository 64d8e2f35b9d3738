// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// All applications of a Eureka server: a full fetch, and the deltas after it.
///
/// A delta tells the instances that changed in the last minutes, and with which hash the applications end up: how many
/// instances there are in each status, `DOWN_1_UP_7_`. When it is another than that of the merged ones something was
/// missed, and they are fetched in full.
struct EurekaApplications: Sendable {
    private struct Key: Hashable {
        var application: String
        var id: String
    }

    private var records: [Key: JSONValue] = [:]
    private var order: [Key] = []

    /// Reads the answer to a full fetch.
    init(full answer: JSONValue) throws {
        for (key, record) in try EurekaApplications.instances(of: answer) { set(record, for: key) }
    }

    /// Merges a delta; `false` when the result is not what the server has.
    mutating func merge(delta answer: JSONValue) throws -> Bool {
        for (key, record) in try EurekaApplications.instances(of: answer) {
            if record["actionType"]?.text == "DELETED" {
                records[key] = nil
                order.removeAll { $0 == key }
            } else {
                set(record, for: key)
            }
        }
        return answer["applications"]?["apps__hashcode"]?.text == hash
    }

    private mutating func set(_ record: JSONValue, for key: Key) {
        if records.updateValue(record, forKey: key) == nil { order.append(key) }
    }

    /// As the server computes it.
    var hash: String {
        var counts: [String: Int] = [:]
        for record in records.values { counts[record["status"]?.text ?? "UNKNOWN", default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { "\($0.key)_\($0.value)_" }.joined()
    }

    /// The instances of one service that are UP.
    func instances(of service: String) -> [ServiceInstance] {
        let application = EurekaLayout.application(of: service)
        return order.compactMap { key in
            guard key.application == application else { return nil }
            return records[key].flatMap { EurekaLayout.instance(of: $0, service: service) }
        }
    }

    private static func instances(of answer: JSONValue) throws -> [(Key, JSONValue)] {
        guard let applications = answer["applications"], applications.fields != nil else {
            throw RPCError(.internal, "read the applications: expected applications, found \(answer.summary)")
        }
        var found: [(Key, JSONValue)] = []
        for application in EurekaLayout.elements(applications["application"]) {
            let name = application["name"]?.text ?? ""
            for record in EurekaLayout.elements(application["instance"]) {
                guard let id = EurekaLayout.id(of: record) else { continue }
                found.append((Key(application: EurekaLayout.application(of: name), id: id), record))
            }
        }
        return found
    }
}
