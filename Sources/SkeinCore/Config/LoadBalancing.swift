// SPDX-License-Identifier: Apache-2.0

/// A load balancing policy by name, with its configuration: typed when made in code, JSON when it came from a config.
///
/// Whether the policy is registered, and whether its configuration is valid, is found when a channel uses it: what was
/// made in code is then held to the rules of what is read from a config.
public struct LoadBalancing: Sendable {
    /// gRPC's name of the policy, e.g. `round_robin`.
    public let policy: String
    /// The policy's own `Configuration`, when made in code.
    package let configuration: (any Sendable & Hashable)?
    /// The policy's config as an object, when read from JSON.
    package let json: JSONValue?
    /// Where that stands in a service config; the policy's name when it stands alone.
    package let path: String

    package init(policy: String, configuration: (any Sendable & Hashable)? = nil) {
        self.policy = policy
        self.configuration = configuration
        json = nil
        path = policy
    }

    package init(policy: String, json: JSONValue, path: String? = nil) {
        self.policy = policy
        configuration = nil
        self.json = json
        self.path = path ?? policy
    }

    /// A policy with a config that is made in code, and read as one from a text; fields that are `nil` are left out.
    package init(policy: String, fields: [String: JSONValue.Content?]) {
        self.init(policy: policy, json: JSONValue(.members(fields)))
    }

    /// The same, which stands at `path` in a config.
    init(_ choice: LoadBalancing, path: String) {
        policy = choice.policy
        configuration = choice.configuration
        json = choice.json
        self.path = path
    }

    /// A policy with the config that `json`, an object, describes. Throws for a text that is not a JSON object.
    public init(policy: String, json: String) throws(ConfigurationError) {
        let value = try JSONValue(parsing: json)
        guard value.members != nil else {
            throw value.error("the config of \(policy) is \(value.summary): expected an object")
        }
        self.init(policy: policy, json: value)
    }
}

extension LoadBalancing: Hashable {
    private var erased: AnyHashable? { configuration.map { AnyHashable($0) } }

    public static func == (a: LoadBalancing, b: LoadBalancing) -> Bool {
        a.policy == b.policy && a.json == b.json && a.erased == b.erased
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(policy)
        hasher.combine(json)
        hasher.combine(erased)
    }
}

extension LoadBalancing: CustomStringConvertible {
    public var description: String { json.map { "\(policy) \($0)" } ?? policy }
}
