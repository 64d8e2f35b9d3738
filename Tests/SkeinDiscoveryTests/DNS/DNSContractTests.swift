// SPDX-License-Identifier: Apache-2.0
import SkeinDiscovery
import Testing

/// `dns+srv:` by a real name server, whose zone somebody changes.
@Suite("SRV records as a registry", .timeLimit(.minutes(5)))
struct DNSContractTests {
    @Test("the contract of a registry that is only read", arguments: RegistryContract.ofReaders)
    func contract(promise: RegistryContract) async throws {
        let bind = try await BindServer([])
        defer { bind.stop() }
        var subject = RegistrySubject(RegistryCatalog(), "")
        subject.target = { bind.target("\($0).test", scheme: "dns+srv") }
        subject.readOnlyWriter = { RecordWriter(bind) }
        subject.oddEnd = "-x_y.z"
        // Nobody tells: a name is looked up again when the answer's time of 5 s is over, and up to a second later.
        subject.notice = .seconds(10)
        subject.normalized = { instance in
            var known = ServiceInstance(service: "", host: instance.host, port: instance.port)
            (known.weight, known.priority) = (instance.weight, instance.priority)
            return known
        }
        subject.restart = {
            await bind.kill()
            try await bind.start()
        }
        try await promise.check(subject)
    }
}
