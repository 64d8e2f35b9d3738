// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("the advertised address")
struct AdvertisedAddressTests {
    private func advertised(
        _ explicit: String? = nil, _ environment: String? = nil, _ listening: String? = nil, _ route: String? = nil
    ) throws(ConfigurationError) -> String? {
        let address = try AdvertisedAddress.chosen(
            explicit: explicit, environment: environment,
            listening: listening.flatMap { EndpointAddress($0) }.map { [$0] } ?? [],
            route: route.flatMap { EndpointAddress($0) })
        return address.map { "\($0.host) \($0.port), \($0.reason)" }
    }

    @Test(
        "the first that is known is taken, with the bound port; without a route it may have to wait for one",
        arguments: [
            ("a.example", "b.example", "0.0.0.0:80", "10.0.0.1:0", "a.example 80, the application says so"),
            ("a.example:90", nil, "0.0.0.0:80", "10.0.0.1:0", "a.example 90, the application says so"),
            (nil, "b.example", "0.0.0.0:80", "10.0.0.1:0", "b.example 80, SKEIN_ADVERTISE says so"),
            (nil, "[::2]:90", nil, nil, "::2 90, SKEIN_ADVERTISE says so"),
            (nil, "", "10.0.0.5:80", "10.0.0.1:0", "10.0.0.5 80, the server listens there"),
            (nil, nil, "0.0.0.0:80", "10.0.0.1:0", "10.0.0.1 80, the way to the registry starts there"),
            (nil, nil, "[::]:80", "[fd00::1]:0", "fd00::1 80, the way to the registry starts there"),
            (nil, nil, "0.0.0.0:80", "127.0.0.1:0", "127.0.0.1 80, the way to the registry starts there"),
            (nil, nil, "127.0.0.1:80", "127.0.0.1:0", "127.0.0.1 80, the server listens there"),
            ("localhost", nil, "0.0.0.0:80", "[::1]:0", "localhost 80, the application says so"),
            (nil, nil, "0.0.0.0:80", nil, nil), (nil, nil, "127.0.0.1:80", nil, nil),
            ("localhost:90", nil, "0.0.0.0:80", nil, nil),
        ] as [(String?, String?, String?, String?, String?)])
    func order(explicit: String?, environment: String?, listening: String?, route: String?, expected: String?) throws {
        #expect(try advertised(explicit, environment, listening, route) == expected)
    }

    @Test(
        "an address that no client could use is refused",
        arguments: [
            ("0.0.0.0:80", nil, nil, nil, "clients can connect to"),
            ("[::]:80", nil, nil, nil, "clients can connect to"),
            ("[0:0:0:0:0:0:0:0]:80", nil, nil, nil, "clients can connect to"),
            (nil, "[::0.0.0.0]:80", nil, nil, "clients can connect to"),
            ("127.1.2.3:80", nil, nil, "10.0.0.1:0", "loopback"),
            (nil, "localhost", "0.0.0.0:80", "10.0.0.1:0", "loopback"),
            ("[0:0:0:0:0:0:0:1]:80", nil, nil, "10.0.0.1:0", "loopback"),
            ("[::ffff:127.0.0.1]:80", nil, nil, "10.0.0.1:0", "loopback"),
            ("a b", nil, "0.0.0.0:80", nil, "a host name"),
            ("a.example", nil, nil, nil, "listens at no TCP port"),
            (nil, nil, "unix:/tmp/x", "10.0.0.1:0", "listens at no TCP port"),
            (nil, nil, "127.0.0.1:80", "10.0.0.1:0", "loopback"),
        ] as [(String?, String?, String?, String?, String)])
    func refused(explicit: String?, environment: String?, listening: String?, route: String?, expected: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try advertised(explicit, environment, listening, route)
        }
        #expect("\(try #require(error))".contains(expected))
    }
}
