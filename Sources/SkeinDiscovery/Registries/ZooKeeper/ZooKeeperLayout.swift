// SPDX-License-Identifier: Apache-2.0

/// Which nodes a service's instances are: `/path/service/id`, as Curator's service discovery has them.
struct ZooKeeperLayout: Sendable, Hashable {
    /// The node above the services.
    let base: String

    /// `/services` when the target has no path.
    init(path: String) {
        let parts = path.split(separator: "/").map { ZooKeeperLayout.name(String($0)) }
        base = "/" + (parts.isEmpty ? "services" : parts.joined(separator: "/"))
    }

    func service(_ service: String) -> String { "\(base)/\(ZooKeeperLayout.name(service))" }

    func instance(_ instance: ServiceInstance) -> String {
        "\(service(instance.service))/\(ZooKeeperLayout.name(instance.id))"
    }

    /// The nodes above `path`, from the top.
    static func parents(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }.filter { !$0.isEmpty }
    }

    /// `text` as the name of a node: what ZooKeeper takes in none, and `%`, becomes `%XX`.
    static func name(_ text: String) -> String {
        if text == "." || text == ".." { return String(repeating: "%2E", count: text.count) }
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20...0x24, 0x26...0x2e, 0x30...0x7e, 0xa0...0xd7ff, 0xf900...0xffef:
                output.unicodeScalars.append(scalar)
            default: output += EscapedText.escaped(String(scalar))
            }
        }
        return output
    }
}
