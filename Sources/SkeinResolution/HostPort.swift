// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// A host, by name or number, and a port: `greeter:50051`, `greeter`, `10.0.0.7:443`, `[::1]:443`, `::1`.
package struct HostPort: Sendable, Hashable {
    /// Without brackets.
    package var host: String
    package var port: Int

    /// What is wrong with a text, counted in characters from its start.
    package struct Problem: Error {
        package var offset: Int
        package var expected: String
    }

    package init(_ text: some StringProtocol, defaultPort: Int) throws(Problem) {
        let (host, port) = try HostPort.split(String(text))
        self.host = host
        self.port = defaultPort
        guard let port else { return }
        let isNumber = (1...5).contains(port.count) && port.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let number = Int(port), (1...65535).contains(number) else {
            throw Problem(offset: text.count - port.count, expected: "a port from 1 to 65535")
        }
        self.port = number
    }

    /// The host and, if there is one, the text of the port.
    private static func split(_ text: String) throws(Problem) -> (String, Substring?) {
        guard !text.isEmpty else { throw Problem(offset: 0, expected: "a host and port such as greeter:50051") }
        if EndpointAddress.isIPv6(text) { return (text, nil) }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw Problem(offset: text.count, expected: "a ] after the IPv6 address")
            }
            let inner = String(text[..<end].dropFirst())
            guard EndpointAddress.isIPv6(inner) else {
                throw Problem(offset: 1, expected: "an IPv6 address in brackets")
            }
            let rest = text[end...].dropFirst()
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw Problem(offset: inner.count + 2, expected: "a colon and a port after ]")
            }
            return (inner, rest.isEmpty ? nil : rest.dropFirst())
        }
        let host = text.prefix { $0 != ":" }
        guard !host.isEmpty else { throw Problem(offset: 0, expected: "a host before the port") }
        for (offset, character) in host.enumerated() where !isHostCharacter(character) {
            throw Problem(offset: offset, expected: "a host name of letters, digits, - _ and .")
        }
        guard host.utf8.count <= 253 else { throw Problem(offset: 253, expected: "a host name of at most 253 bytes") }
        return (String(host), host.endIndex < text.endIndex ? text[host.endIndex...].dropFirst() : nil)
    }

    private static func isHostCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
    }

    /// The address, when the host is a number.
    package var address: EndpointAddress? {
        if EndpointAddress.isIPv4(host) { return .ipv4(host, port: port) }
        if EndpointAddress.isIPv6(host) { return .ipv6(host, port: port) }
        return nil
    }

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

extension HostPort: CustomStringConvertible {
    /// With brackets around an IPv6 address.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Target {
    /// Reads `host[:port][,host[:port]…]`, the servers that a target names: `hosts` is a part of its authority, which
    /// may be empty. This is the one place that knows how several hosts are written.
    package func servers(_ hosts: Substring, defaultPort: Int) throws(ConfigurationError) -> [HostPort] {
        var servers: [HostPort] = []
        for host in hosts.split(separator: ",", omittingEmptySubsequences: false) where !hosts.isEmpty {
            do throws(HostPort.Problem) {
                servers.append(try HostPort(host, defaultPort: defaultPort))
            } catch {
                // What a password was written with may have cut it into what looks like a host.
                let place = description.contains(host) ? "host \(JSONValue.quoted(String(host)))" : "a host"
                throw ConfigurationError(
                    "read target \(JSONValue.quoted(description)): expected \(error.expected) in \(place)")
            }
        }
        return servers
    }
}
