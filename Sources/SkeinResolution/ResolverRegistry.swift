// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// The resolvers of a channel, by scheme. A value: registering in one registry changes no other.
public struct ResolverRegistry: Sendable {
    private var resolvers: [String: ResolverFactory] = [:]
    private var lists: [String: EndpointList] = [:]

    /// Every resolver of the library; a new one is added to this list.
    public static let builtIn = ResolverRegistry(
        DNSResolver.self,
        DNSServiceResolver.self,
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
        register(
            ResolverFactory(
                serviceAuthority: { .success(resolver.serviceAuthority(of: $0)) },
                make: { try resolver.init($0, $1) }),
            for: resolver.schemes)
    }

    /// Adds what makes resolvers for `schemes`, in place of earlier ones.
    package mutating func register(_ factory: ResolverFactory, for schemes: [String]) {
        for scheme in schemes { resolvers[scheme.lowercased()] = factory }
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
        let factory = try resolver(for: target)
        var context = context
        context.lists = lists
        do {
            return try factory.make(target, context)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError("resolve target \(JSONValue.quoted(target.description)): \(error)")
        }
    }

    /// The `:authority` of calls to `target` unless the channel sets one.
    public func serviceAuthority(of target: Target) throws(ConfigurationError) -> String {
        try resolver(for: target).serviceAuthority(target).get()
    }

    private func resolver(for target: Target) throws(ConfigurationError) -> ResolverFactory {
        if let resolver = resolvers[target.scheme] { return resolver }
        throw target.unknownScheme(schemes)
    }
}
