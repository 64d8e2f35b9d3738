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

    init(
        explicit: String?, environment: String?, listening: [EndpointAddress], route: EndpointAddress?
    ) throws(ConfigurationError) {
        let bound = listening.first { $0.port != nil }
        for (text, source) in [(explicit, "the application"), (environment, AdvertisedAddress.variable)] {
            guard let text, !text.isEmpty else { continue }
            self = try AdvertisedAddress.named(text, by: source, bound)
            return
        }
        guard let bound, let port = bound.port else {
            throw ConfigurationError(
                "advertise the server: it listens at no TCP port; name an address to advertise, or set "
                    + AdvertisedAddress.variable)
        }
        if !AdvertisedAddress.isWildcard(bound.host) {
            self.init(host: bound.host, port: port, reason: "the server listens there")
        } else if let route, !AdvertisedAddress.isWildcard(route.host) {
            self.init(host: route.host, port: port, reason: "the way to the registry starts there")
        } else {
            throw ConfigurationError(
                "advertise the server: it listens at every address and there is no route to the registry; name an "
                    + "address to advertise, or set \(AdvertisedAddress.variable)")
        }
        if AdvertisedAddress.isLoopback(host), let route, !AdvertisedAddress.isLoopback(route.host) {
            throw ConfigurationError(
                "advertise the server at \(host): clients elsewhere cannot reach a loopback address; listen at another, "
                    + "name an address to advertise, or set \(AdvertisedAddress.variable)")
        }
    }

    private init(host: String, port: Int, reason: String) {
        self.host = host
        self.port = port
        self.reason = reason
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

    static func isWildcard(_ host: String) -> Bool { host == "0.0.0.0" || host == "::" }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (EndpointAddress.isIPv4(host) && host.hasPrefix("127."))
    }
}
