// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("registries that are only read")
struct ReadOnlyRegistryTests {
    static let targets = [
        ("kubernetes:///?server=https://10.0.0.1", "give the service a selector"),
        ("redis://10.0.0.1?layout=list", "leave it out to register"),
    ]

    @Test("a server that is to register there is told so before it starts, and what to do instead", arguments: targets)
    func registration(target: String, advice: String) {
        let error = #expect(throws: ConfigurationError.self) { try Registration(in: target, service: "greeter") }
        #expect(error?.message.hasPrefix("register greeter in ") == true)
        #expect(error?.message.contains(advice) == true)
    }

    @Test("and so is a registrator", arguments: targets)
    func registrator(target: String, advice: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try RegistryLeases(
                target, .builtIn, RegistratorOptions(hostName: "box"), advertised: nil, RegistryContext())
        }
        #expect(error?.message.contains(advice) == true)
    }

    @Test("they are resolved as others are", arguments: targets)
    func reading(target: String, advice: String) throws {
        #expect(throws: Never.self) { try RegistryCatalog.builtIn.registry(target, RegistryContext()) }
    }
}
