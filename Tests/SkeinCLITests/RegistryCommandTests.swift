// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SkeinDiscovery
import TestSupport
import Testing

@testable import SkeinCLI

@Suite("skein registry", .timeLimit(.minutes(2)))
struct RegistryCommandTests {
    @Test("it says where it listens, keeps what is registered over a restart, and ends with SIGTERM")
    func serves() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "skein-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let port = try LocalPort.reserve()
        let words = ["registry", "--file", file.path(percentEncoded: false), "--port", "\(port)"]
        let program = try BuiltProgram.find("skein").path(percentEncoded: false)
        let first = try await ListeningProcess(ChildProcess(program, words))
        #expect(first.port == port)
        let location = "skein://127.0.0.1:\(first.port)"
        let registry = try RegistryCatalog.builtIn.registry(location, RegistryContext())
        let instance = ServiceInstance(service: "s", host: "10.0.0.1", port: 1)
        _ = try await registry.register(instance, ttl: .seconds(60))
        first.process.terminate()
        let status = await first.process.exitStatus()
        #expect(status == 0)
        let second = try await ListeningProcess(ChildProcess(program, words))
        var instances: [ServiceInstance] = []
        while instances.isEmpty { instances = (try? await registry.list("s").instances) ?? [] }
        #expect(instances == [instance])
        second.process.terminate()
        await registry.close()
    }

    @Test("a port that is none is refused")
    func wrongPort() {
        let error = #expect(throws: (any Error).self) {
            try SkeinCommand.parseAsRoot(["registry", "--port", "70000"])
        }
        #expect(error.map { SkeinCommand.fullMessage(for: $0).contains("--port is 70000") } == true)
    }
}
