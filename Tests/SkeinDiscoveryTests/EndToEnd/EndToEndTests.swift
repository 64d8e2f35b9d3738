// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein
import SkeinDiscovery
import TestSupport
import Testing

/// Servers in processes of their own, which register themselves, and a channel that finds them.
@Suite("servers and channels by a registry", .serialized, .timeLimit(.minutes(10)))
struct EndToEndTests {
    private func server(_ name: String, _ place: RegistryPlace) async throws -> ListeningProcess {
        let program = try BuiltProgram.find("service-registry").path
        // Nobody else answers there once the server is gone.
        let port = try LocalPort.reserve()
        return try await ListeningProcess(ChildProcess(program, ["serve", place.location, name, "\(port)"]))
    }

    /// Waits until exactly `names` answer.
    private func until(_ load: Load, answers names: Set<String>) async throws {
        try await SkeinDiscoveryTests.until("not \(names.sorted()) alone answered", within: .seconds(90)) {
            _ = load.takeAnswers()
            try await Task.sleep(for: .milliseconds(300))
            return Set(load.takeAnswers().keys) == names
        }
    }

    @Test(
        "servers are found and share the calls; they die, leave and join without a call that fails",
        arguments: [RegistryPlace.Kind.etcd, .embedded])
    func comeAndGo(kind: RegistryPlace.Kind) async throws {
        let place = try await RegistryPlace(kind)
        let load = try Load(place.target(of: "greeter"))
        let servers = [try await server("a", place), try await server("b", place), try await server("c", place)]
        try await until(load, answers: ["a", "b", "c"])
        var answers: [String: Int] = [:]
        while answers.values.reduce(0, +) < 100 {
            try await Task.sleep(for: .milliseconds(100))
            answers.merge(load.takeAnswers(), uniquingKeysWith: +)
        }
        let all = answers.values.reduce(0, +)
        for (name, count) in answers { #expect((all / 4...all / 2).contains(count), "\(name) of \(answers)") }
        #expect(load.takeFailures().map(\.debugDescription) == [])

        servers[0].process.kill()
        try await until(load, answers: ["b", "c"])
        let rest = servers[1...].map(\.port)
        try await SkeinDiscoveryTests.until("the lease of a server that was killed did not expire") {
            try await place.ports(of: "greeter") == rest.sorted()
        }
        // Those that had been written to its connection, one for each caller at most.
        let lost = load.takeFailures()
        #expect(lost.count <= Load.callers && lost.allSatisfy { $0.code == .unavailable }, "\(lost)")

        let joined = try await server("d", place)
        try await until(load, answers: ["b", "c", "d"])
        try await SkeinDiscoveryTests.until("who joined is not listed") {
            try await place.ports(of: "greeter") == (rest + [joined.port]).sorted()
        }

        servers[1].process.terminate()
        let status = await servers[1].process.exitStatus()
        #expect(status == 0)
        try await until(load, answers: ["c", "d"])
        let left = try await place.ports(of: "greeter")
        #expect(left == [servers[2].port, joined.port].sorted())
        #expect(load.takeFailures().map(\.debugDescription) == [])
        joined.process.terminate()
        servers[2].process.terminate()
    }

    @Test("the example tells its story to the end, and loses no call but those of the server that is killed")
    func story() async throws {
        let (lines, status) = await (try ChildProcess(try BuiltProgram.find("service-registry").path, [])).finish()
        #expect(status == 0, "\(lines)")
        for part in ["its lease has expired", "barnacle joins", "calls were lost with brant, 0 in any other way"] {
            #expect(lines.contains { $0.contains(part) }, "\(lines)")
        }
    }

    @Test(
        "while the registry is down no call fails; when it is back servers register again, join and leave",
        arguments: RegistryPlace.Kind.stopped)
    func registryDown(kind: RegistryPlace.Kind) async throws {
        let place = try await RegistryPlace(kind)
        let load = try Load(place.target(of: "greeter"))
        let servers = [try await server("a", place), try await server("b", place), try await server("c", place)]
        try await until(load, answers: ["a", "b", "c"])
        _ = load.takeFailures()
        try await place.stop()
        // Longer than the lease of the servers.
        let outage = Duration.seconds(amount(RegistryPlace.outage, 6))
        try await Task.sleep(for: outage)
        let during = load.takeAnswers()
        #expect(Set(during.keys) == ["a", "b", "c"])
        #expect(load.takeFailures().map(\.debugDescription) == [])

        try await place.start()
        let back = ContinuousClock.now
        try await SkeinDiscoveryTests.until("not all registered again", within: .seconds(90)) {
            try await place.count(of: "greeter") == 3
        }
        let registered = ContinuousClock.now - back
        let joined = try await server("d", place)
        try await until(load, answers: ["a", "b", "c", "d"])
        let seen = ContinuousClock.now - back
        servers[0].process.terminate()
        try await until(load, answers: ["b", "c", "d"])
        #expect(load.takeFailures().map(\.debugDescription) == [])
        let calls = during.values.reduce(0, +)
        print(
            "\(kind), down for \(outage): \(calls) calls in that time, none failed;",
            "all registered again after \(registered), another server called after \(seen)")
        for server in servers + [joined] { server.process.terminate() }
    }
}
