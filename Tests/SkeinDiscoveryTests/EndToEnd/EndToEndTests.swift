// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein
import SkeinDiscovery
import TestSupport
import Testing

/// Servers in processes of their own, which register themselves, and a channel that finds them.
@Suite("servers and channels by a registry", .serialized, .timeLimit(.minutes(5)))
struct EndToEndTests {
    enum Kind: String, CaseIterable, Sendable {
        case etcd, embedded
    }

    /// A registry that can be stopped and started again.
    private struct Place {
        var location: String
        var stop: () async throws -> Void
        var start: () async throws -> Void

        init(_ kind: Kind) async throws {
            switch kind {
            case .etcd:
                let etcd = try await EtcdCluster()
                location = etcd.location
                stop = { await etcd.kill(0) }
                start = {
                    try etcd.start(0)
                    try await etcd.answers()
                }
            case .embedded:
                let server = try await EmbeddedServer()
                location = server.location
                stop = { await server.stop() }
                start = { try await server.start() }
            }
        }

        func server(_ name: String) async throws -> ChildProcess {
            let program = try BuiltProgram.find("service-registry").path
            return try await ListeningProcess(ChildProcess(program, ["serve", location, name])).process
        }

        func listed() async throws -> Int {
            let registry = try RegistryCatalog.builtIn.registry(location, RegistryContext())
            let count = try? await registry.list("greeter").instances.count
            await registry.close()
            return count ?? -1
        }
    }

    /// Waits until exactly `names` answer.
    private func until(_ load: Load, answers names: Set<String>) async throws {
        try await SkeinDiscoveryTests.until("not \(names.sorted()) alone answered", within: .seconds(60)) {
            _ = load.takeAnswers()
            try await Task.sleep(for: .milliseconds(300))
            return Set(load.takeAnswers().keys) == names
        }
    }

    @Test(
        "servers are found and share the calls; they die, leave and join without a call that fails",
        arguments: Kind.allCases)
    func comeAndGo(kind: Kind) async throws {
        let place = try await Place(kind)
        let load = try Load("\(place.location)/greeter")
        let servers = [try await place.server("a"), try await place.server("b"), try await place.server("c")]
        try await until(load, answers: ["a", "b", "c"])
        try await Task.sleep(for: .seconds(1))
        let answers = load.takeAnswers()
        let all = answers.values.reduce(0, +)
        for (name, count) in answers { #expect((all / 4...all / 2).contains(count), "\(name) of \(answers)") }
        #expect(load.takeFailures().map(\.debugDescription) == [])

        servers[0].kill()
        try await until(load, answers: ["b", "c"])
        try await SkeinDiscoveryTests.until("the lease of a server that was killed did not expire") {
            try await place.listed() == 2
        }
        // Those that had been written to its connection, one for each caller at most.
        let lost = load.takeFailures()
        #expect(lost.count <= Load.callers && lost.allSatisfy { $0.code == .unavailable }, "\(lost)")

        let joined = try await place.server("d")
        try await until(load, answers: ["b", "c", "d"])

        servers[1].terminate()
        let status = await servers[1].exitStatus()
        #expect(status == 0)
        try await until(load, answers: ["c", "d"])
        let left = try await place.listed()
        #expect(left == 2)
        #expect(load.takeFailures().map(\.debugDescription) == [])
        joined.terminate()
        servers[2].terminate()
    }

    @Test(
        "while the registry is down no call fails, and when it is back servers join as before", arguments: Kind.allCases
    )
    func registryDown(kind: Kind) async throws {
        let place = try await Place(kind)
        let load = try Load("\(place.location)/greeter")
        let servers = [try await place.server("a"), try await place.server("b")]
        try await until(load, answers: ["a", "b"])
        _ = load.takeFailures()
        try await place.stop()
        // Longer than the lease of the servers.
        try await Task.sleep(for: .seconds(6))
        let during = load.takeAnswers()
        #expect(Set(during.keys) == ["a", "b"])
        #expect(load.takeFailures().map(\.debugDescription) == [])
        try await place.start()
        let joined = try await place.server("c")
        try await until(load, answers: ["a", "b", "c"])
        try await SkeinDiscoveryTests.until("not all registered again", within: .seconds(60)) {
            try await place.listed() == 3
        }
        #expect(load.takeFailures().map(\.debugDescription) == [])
        for server in servers + [joined] { server.terminate() }
    }
}
