// SPDX-License-Identifier: Apache-2.0

/// What a container's environment and labels say of the service at one of its ports: `SERVICE_NAME`, `SERVICE_TAGS`,
/// `SERVICE_80_NAME` …
///
/// What names the port stands above what does not. Of what does not a label stands above the environment; of what does,
/// the environment above a label, as in gliderlabs/registrator.
struct ContainerSettings: Sendable, Hashable {
    private static let prefix = "SERVICE_"

    /// By names in lower case, without `SERVICE_` and the port.
    private(set) var values: [String: String] = [:]
    private var ofPort: Set<String> = []

    init(environment: [String], labels: [String: String], port: Int) {
        let all = environment + labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        for text in all {
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, halves[0].hasPrefix(ContainerSettings.prefix) else { continue }
            take(halves[0].dropFirst(ContainerSettings.prefix.count).lowercased(), String(halves[1]), port)
        }
    }

    private mutating func take(_ name: String, _ value: String, _ port: Int) {
        guard !ofPort.contains(name) else { return }
        let parts = name.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
        let isOfPort = parts.count == 2 && !parts[0].isEmpty && parts[0].utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isOfPort else {
            values[name] = value
            return
        }
        guard Int(parts[0]) == port, !ofPort.contains(String(parts[1])) else { return }
        values[String(parts[1])] = value
        ofPort.insert(String(parts[1]))
    }

    /// `nil` for what is not there, or empty.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// What `read` makes of a setting of `port`. A value that it makes nothing of is noted, with what was `expected`.
    func value<Value>(
        _ name: String, of port: ContainerInspection.Port, _ expected: String, _ notes: inout [String],
        _ read: (String) -> Value?
    ) -> Value? {
        guard let text = self[name] else { return nil }
        let value = read(text)
        if value == nil { notes.append("SERVICE_\(name.uppercased()) of port \(port) is \(text), not \(expected)") }
        return value
    }

    /// Whether it is said of this port, and not of all.
    func isOfPort(_ name: String) -> Bool { ofPort.contains(name) }

    /// The parts of a list with commas between; one behind a backslash is part of the text.
    static func list(_ text: String) -> [String] {
        var parts = [""]
        var rest = text[...]
        while let character = rest.popFirst() {
            if character == "\\", rest.first == "," {
                rest.removeFirst()
                parts[parts.count - 1].append(",")
            } else if character == "," {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.filter { !$0.isEmpty }
    }
}
