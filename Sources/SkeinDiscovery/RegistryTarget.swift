// SPDX-License-Identifier: Apache-2.0
public import SkeinCore
public import SkeinResolution

/// Where a service registry is, and what is meant in it:
/// `scheme://[user[:password]@]host[:port][,host[:port]…][/path][?name=value&…]`.
///
/// The user and the password may be percent-encoded. They, and parameters with names such as `token`, stand in no
/// description, log or error.
public struct RegistryTarget: Sendable, Hashable {
    /// One server of a registry.
    public struct Node: Sendable, Hashable, CustomStringConvertible {
        /// Without brackets.
        public var host: String
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        public var description: String { HostPort(host: host, port: port).description }
    }

    public var scheme: String
    public var user: String?
    public var password: String?
    /// In the order they were written; may be empty.
    public var nodes: [Node]
    /// Without slashes at its ends.
    public var path: String
    public var query: [String: String]
    /// What stands between `//` and the next `/`, as it was written.
    public var authority: String { target.authority }
    private let target: Target

    /// Reads a target. A host without a port gets `defaultPort`. When what stands behind `//` does not name servers it
    /// is only an `authority`, and there are no nodes.
    public init(_ target: Target, defaultPort: Int, namesServers: Bool = true) throws(ConfigurationError) {
        self.target = target
        scheme = target.scheme
        query = target.query
        path = target.path.split(separator: "/").joined(separator: "/")
        let at = target.authority.lastIndex(of: "@")
        let user = at.map {
            target.authority[..<$0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        }
        self.user = user?.first.map(String.init)
        password = user.flatMap { $0.count > 1 ? String($0[1]) : nil }
        let hosts = at.map { target.authority[$0...].dropFirst() } ?? target.authority[...]
        nodes =
            namesServers
            ? try target.servers(hosts, defaultPort: defaultPort).map { Node(host: $0.host, port: $0.port) } : []
    }

    /// The same place, and the last part of its path as the service.
    public func splittingLastPart() throws(ConfigurationError) -> (location: RegistryTarget, service: String) {
        var parts = path.split(separator: "/").map(String.init)
        guard let service = parts.popLast() else { throw error("a service as the last part of the path") }
        var location = self
        location.path = parts.joined(separator: "/")
        return (location, service)
    }

    /// An error about the target as a whole.
    public func error(_ expected: String) -> ConfigurationError {
        ConfigurationError("read target \(JSONValue.quoted(description)): expected \(expected)")
    }

    /// Throws when the target has a parameter other than `known` and `clients`, which every service may have.
    public func allowQuery(_ known: [String]) throws(ConfigurationError) { try target.allowQuery(known + ["clients"]) }

    /// The value of a parameter that says yes or no; `missing` when it is not there.
    public func flag(_ name: String, or missing: Bool) throws(ConfigurationError) -> Bool {
        switch query[name] {
        case nil: return missing
        case "", "true", "1": return true
        case "false", "0": return false
        case let value?: throw error("true or false for \(name), not \(JSONValue.quoted(value))")
        }
    }
}

extension RegistryTarget: CustomStringConvertible {
    /// The target as it was written, with `***` for passwords and tokens.
    public var description: String { target.description }
}
