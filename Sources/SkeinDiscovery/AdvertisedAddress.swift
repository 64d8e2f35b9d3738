// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

/// The address under which a server is registered, and why that one.
///
/// What the application says; else `SKEIN_ADVERTISE`, a host or host:port; else the address at which the server
/// listens, when it listens at one; else the local address of the route to the registry. The port is the one that the
/// server is bound to, unless it is named. Addresses that mean every interface are never advertised, and those of the
/// loopback only in a registry that is on the loopback itself.
struct AdvertisedAddress: Sendable, Hashable {
    static let variable = "SKEIN_ADVERTISE"

    var host: String
    var port: Int
    /// For the log.
    var reason: String

    /// - Parameter route: the local address of the route to the registry, as far as it is known.
    /// - Returns: `nil` when it depends on the route, and there is none yet.
    static func chosen(
        explicit: String?, environment: String?, listening: [EndpointAddress], route: EndpointAddress?
    ) throws(ConfigurationError) -> AdvertisedAddress? {
        let bound = listening.first { $0.port != nil }
        var known = try named(explicit, environment, bound)
        if known == nil { known = try listened(bound) }
        guard let address = known ?? routed(route, bound) else { return nil }
        guard isLoopback(address.host) else { return address }
        guard let route else { return nil }
        guard isLoopback(route.host) else {
            throw ConfigurationError(
                "advertise the server at \(address.host), because \(address.reason): clients elsewhere cannot reach a "
                    + "loopback address; listen at another, name an address to advertise, or set \(variable)")
        }
        return address
    }

    private static func listened(_ bound: EndpointAddress?) throws(ConfigurationError) -> AdvertisedAddress? {
        guard let bound, let port = bound.port else {
            throw ConfigurationError(
                "advertise the server: it listens at no TCP port; name an address to advertise, or set \(variable)")
        }
        guard !isWildcard(bound.host) else { return nil }
        return AdvertisedAddress(host: bound.host, port: port, reason: "the server listens there")
    }

    private static func routed(_ route: EndpointAddress?, _ bound: EndpointAddress?) -> AdvertisedAddress? {
        guard let route, !isWildcard(route.host), let port = bound?.port else { return nil }
        return AdvertisedAddress(host: route.host, port: port, reason: "the way to the registry starts there")
    }

    private init(host: String, port: Int, reason: String) {
        self.host = host
        self.port = port
        self.reason = reason
    }

    private static func named(
        _ explicit: String?, _ environment: String?, _ bound: EndpointAddress?
    ) throws(ConfigurationError) -> AdvertisedAddress? {
        for (text, source) in [(explicit, "the application"), (environment, variable)] {
            if let text, !text.isEmpty { return try named(text, by: source, bound) }
        }
        return nil
    }

    private static func named(
        _ text: String, by source: String, _ bound: EndpointAddress?
    ) throws(ConfigurationError) -> AdvertisedAddress {
        let place: HostPort
        do throws(HostPort.Problem) {
            place = try HostPort(text, defaultPort: bound?.port ?? 0)
        } catch {
            throw ConfigurationError(
                "advertise the server at \(JSONValue.quoted(text)), as \(source) says: expected \(error.expected)")
        }
        guard place.port > 0 else {
            throw ConfigurationError(
                "advertise the server at \(JSONValue.quoted(text)), as \(source) says: expected host:port, because the "
                    + "server listens at no TCP port")
        }
        guard !isWildcard(place.host) else {
            throw ConfigurationError(
                "advertise the server at \(JSONValue.quoted(text)), as \(source) says: expected an address that clients "
                    + "can connect to")
        }
        return AdvertisedAddress(host: place.host, port: place.port, reason: "\(source) says so")
    }

    static func isWildcard(_ host: String) -> Bool {
        // However many of its zeros are written.
        host == "0.0.0.0" || (EndpointAddress.isIPv6(host) && host.allSatisfy { "0:.".contains($0) })
    }

    static func isLoopback(_ host: String) -> Bool {
        if EndpointAddress.isIPv4(host) { return host.hasPrefix("127.") }
        guard EndpointAddress.isIPv6(host) else { return host == "localhost" || host.hasSuffix(".localhost") }
        if host.lowercased().hasPrefix("::ffff:127.") { return true }
        return host.hasSuffix("1") && host.dropLast().allSatisfy { "0:".contains($0) } && host.dropLast().hasSuffix(":")
    }
}
