// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// The resolvers of a channel, by scheme. A value: registering in one registry changes no other.
public struct ResolverRegistry: Sendable {
    private var resolvers: [String: any Resolver.Type] = [:]
    private var lists: [String: EndpointList] = [:]

    /// Every resolver of the library; a new one is added to this list.
    public static let builtIn = ResolverRegistry(
        DNSResolver.self,
        AddressListResolver.self,
        UnixResolver.self,
        StaticResolver.self,
        FileResolver.self
    )

    /// A registry of these resolvers alone.
    public init(_ resolvers: any Resolver.Type...) {
        for resolver in resolvers { register(resolver) }
    }

    /// Adds a resolver for all its schemes, in place of earlier ones.
    public mutating func register(_ resolver: any Resolver.Type) {
        for scheme in resolver.schemes { resolvers[scheme.lowercased()] = resolver }
    }

    /// Makes `list` what `static:///name` resolves to.
    public mutating func register(_ list: EndpointList, as name: String) { lists[name] = list }

    /// The registered schemes, sorted.
    public var schemes: [String] { resolvers.keys.sorted() }

    /// Reads a target by these schemes.
    public func target(_ text: String) throws(ConfigurationError) -> Target {
        let target = try Target(text, schemes: schemes)
        _ = try resolver(for: target)
        return target
    }

    /// The resolver of `target`. Throws when no resolver has its scheme or the resolver refuses it.
    public func make(_ target: Target, _ context: ResolverContext) throws(ConfigurationError) -> any Resolver {
        let type = try resolver(for: target)
        var context = context
        context.lists = lists
        do {
            return try type.init(target, context)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError("resolve target \(JSONValue.quoted(target.description)): \(error)")
        }
    }

    /// The `:authority` of calls to `target` unless the channel sets one.
    public func serviceAuthority(of target: Target) throws(ConfigurationError) -> String {
        try resolver(for: target).serviceAuthority(of: target)
    }

    private func resolver(for target: Target) throws(ConfigurationError) -> any Resolver.Type {
        if let resolver = resolvers[target.scheme] { return resolver }
        throw Target.error(target.description, at: 0, expected: TargetParser.expectedScheme(target.scheme, schemes))
    }
}
