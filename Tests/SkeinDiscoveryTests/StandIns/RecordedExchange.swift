// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import Testing

@testable import SkeinDiscovery

/// An exchange that was recorded with a real server, and what a stand-in has to have in common with it: the status, the
/// headers that matter, the texts of errors, and the shape of its JSON. Numbers within texts may be others.
struct RecordedExchange: Sendable, CustomTestStringConvertible {
    /// Whose members depend on the server's configuration.
    private static let opaque: Set<String> = [
        "TaggedAddresses", "Proxy", "Connect", "Definition", "managedFields", "leaseInfo", "homePageUrl",
        "statusPageUrl", "healthCheckUrl", "topology", "details",
    ]
    /// Whose texts say what happened.
    private static let telling: Set<String> = [
        "Status", "status", "type", "kind", "reason", "message", "apps__hashcode", "actionType", "overriddenStatus",
        "CheckID", "ID", "instanceId", "Address", "name", "app", "error",
    ]

    var label: String
    var method: String
    var path: String
    var headers: [String: String]
    var body: JSONValue?
    var status: Int
    var answerHeaders: [String: String]
    var answer: JSONValue?
    /// Of a watch.
    var lines: [JSONValue]?
    var text: String?

    var testDescription: String { label }

    static func all(_ name: String) throws -> [RecordedExchange] {
        let path = "\(#filePath)".split(separator: "/").dropLast(2).map { "/\($0)" }.joined()
        let text = try String(contentsOf: URL(filePath: "\(path)/Recordings/\(name).json"), encoding: .utf8)
        let items = try #require(try JSONValue(parsing: text)["exchanges"]?.items)
        return try items.map { item in
            RecordedExchange(
                label: try #require(item["label"]?.text), method: try #require(item["method"]?.text),
                path: try #require(item["path"]?.text), headers: item["headers"]?.texts ?? [:], body: item["body"],
                status: try #require(item["status"]?.number), answerHeaders: item["answerHeaders"]?.texts ?? [:],
                answer: item["answer"], lines: item["lines"]?.items, text: item["text"]?.text)
        }
    }

    /// Makes the same request of a stand-in and compares.
    func check(_ node: RegistryTarget.Node, _ http: RegistryHTTP) async throws {
        var request = RegistryRequest(method, path, body: body)
        request.headers = headers
        let got = try await http.ask(node, request, within: .seconds(60))
        #expect(got.status == status, "\(label)")
        for (name, value) in answerHeaders {
            let found = got.headers[name.lowercased()].map(RecordedExchange.masked)
            #expect(found == RecordedExchange.masked(value), "\(label): \(name)")
        }
        if let answer { compare(try JSONValue(parsing: got.body), answer, label) }
        if let text { #expect(RecordedExchange.masked(got.body) == RecordedExchange.masked(text), "\(label)") }
        if let lines {
            let found = try got.body.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            compare(.list(found), .list(lines), label)
        }
    }

    private static func masked(_ text: String) -> String { text.replacing(/[0-9]+/, with: "#") }

    private func compare(_ found: JSONValue, _ recorded: JSONValue, _ place: String) {
        switch (found.content, recorded.content) {
        case (_, .null): break
        case (.object(let a), .object(let b)):
            let ignored: Set<String> = ["Args"]
            #expect(Set(a.keys).subtracting(ignored) == Set(b.keys).subtracting(ignored), "\(place)")
            for (name, value) in b where !RecordedExchange.opaque.contains(name) {
                if let other = a[name] { compare(other, value, "\(place).\(name)") }
            }
        case (.array(let a), .array(let b)):
            #expect(a.count == b.count, "\(place)")
            for (number, (one, other)) in zip(a, b).enumerated() { compare(one, other, "\(place)[\(number)]") }
        case (.string(let a), .string(let b)):
            guard let name = place.split(separator: ".").last.map(String.init),
                RecordedExchange.telling.contains(name), !place.hasSuffix(".Node.ID"), !place.hasSuffix(".Actor.ID")
            else { return }
            #expect(RecordedExchange.masked(a) == RecordedExchange.masked(b), "\(place)")
        case (.integer, .integer), (.double, .double), (.bool, .bool): break
        default: Issue.record("\(place): \(found.summary) is not like \(recorded.summary)")
        }
    }
}
