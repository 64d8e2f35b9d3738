// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Which of a cluster's services a target names: `service.namespace:port`, `namespace/service:port`, with a tail such as
/// `.svc.cluster.local` that changes nothing.
struct KubernetesService: Sendable, Hashable {
    /// What is wrong with a text.
    struct Problem: Error {
        var expected: String
    }

    /// Which of the ports of its pods.
    enum Port: Sendable, Hashable {
        case first
        case number(Int)
        case name(String)
    }

    var name: String
    /// `nil`: that of the credentials.
    var namespace: String?
    var port: Port

    /// Reads `authority` and `path` of a target; what is wrong is returned as what was expected.
    init(authority: String, path: String) throws(Problem) {
        let parts = (authority.isEmpty ? [] : [authority]) + path.split(separator: "/").map(String.init)
        guard let last = parts.last, parts.count <= 2 else {
            throw Problem(expected: "service.namespace:port or namespace/service:port")
        }
        let halves = last.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2 else { throw Problem(expected: "one port after the service") }
        port = try KubernetesService.port(halves.count == 2 ? halves[1] : nil)
        let labels = halves[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        name = labels[0]
        if parts.count == 2 {
            guard labels.count == 1 else {
                throw Problem(expected: "a service without dots after its namespace")
            }
            namespace = parts[0]
        } else {
            guard labels.count <= 2 || labels[2] == "svc" else {
                throw Problem(expected: "service.namespace or service.namespace.svc.domain")
            }
            namespace = labels.count > 1 ? labels[1] : nil
        }
        for label in [name, namespace].compactMap(\.self) where !KubernetesService.isLabel(label) {
            throw Problem(expected: "names of lower case letters, digits and -, found \(JSONValue.quoted(label))")
        }
    }

    /// Reads what `description` wrote.
    init(_ text: String) throws(Problem) { try self.init(authority: "", path: text) }

    private static func port(_ text: String?) throws(Problem) -> Port {
        guard let text else { return .first }
        if let number = Int(text) {
            guard (1...65535).contains(number) else {
                throw Problem(expected: "a port from 1 to 65535")
            }
            return .number(number)
        }
        guard isLabel(text) else { throw Problem(expected: "a port's number or name") }
        return .name(text)
    }

    private static func isLabel(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d }
    }
}

extension KubernetesService: CustomStringConvertible {
    var description: String {
        let place = namespace.map { "\(name).\($0)" } ?? name
        return switch port {
        case .first: place
        case .number(let number): "\(place):\(number)"
        case .name(let name): "\(place):\(name)"
        }
    }
}
