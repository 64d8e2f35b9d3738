// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein
import SkeinDiscovery

/// Servers come and go; one client calls all the time.
@MainActor
final class Story {
    private let registry: LocalRegistry
    private let greeter: Helloworld_Greeter.Client
    private let channel: Channel
    /// Who answered since the last report.
    private var answers: [String: Int] = [:]
    private var failures: [RPCError] = []
    private var isOver = false

    init() async throws {
        registry = try await LocalRegistry()
        channel = try Channel(
            "\(registry.location)/greeter", security: .plaintext, options: .discovery.loadBalancing(.roundRobin))
        greeter = Helloworld_Greeter.Client(channel)
    }

    /// Whether all went as it should.
    func run() async throws -> Bool {
        print("the registry is \(registry.location); the client connects to \(channel.target)")
        var servers: [String: Child] = [:]
        for name in ["brant", "greylag", "pinkfoot"] {
            servers[name] = try await Child.greeter(name, registry.location)
        }
        let callers = (1...4).map { _ in Task { await call() } }
        try await until(answer: ["brant", "greylag", "pinkfoot"])
        try await report("three servers share the calls")

        let killed = ContinuousClock.now
        await servers["brant"]?.end(by: SIGKILL)
        try await until(answer: ["greylag", "pinkfoot"])
        try await report("brant is killed; the others go on at once")
        let lost = failures
        while try await registered() > 2 { try await Task.sleep(for: .milliseconds(50)) }
        let time = (ContinuousClock.now - killed).formatted(.units(allowed: [.milliseconds]))
        print("    its lease has expired, at the latest \(time) after it was killed")

        servers["barnacle"] = try await Child.greeter("barnacle", registry.location)
        try await until(answer: ["greylag", "pinkfoot", "barnacle"])
        try await report("barnacle joins")

        let code = await servers["greylag"]?.end(by: SIGTERM)
        try await until(answer: ["pinkfoot", "barnacle"])
        try await report(
            "greylag is stopped: it deregisters, serves on until that is known, and ends with \(code ?? -1)")

        isOver = true
        for caller in callers { await caller.value }
        await channel.shutDown()
        for server in servers.values { await server.end(by: SIGTERM) }
        await registry.end()
        print("\(lost.count) calls were lost with brant, \(failures.count - lost.count) in any other way")
        return lost.count <= callers.count && failures.count == lost.count && code == 0
    }

    private func call() async {
        while !isOver {
            do throws(RPCError) {
                // The first calls wait until a server has registered.
                let reply = try await greeter.sayHello(.init(name: "you"), .deadline(.seconds(10)).waitForReady)
                answers[reply.message, default: 0] += 1
            } catch {
                failures.append(error)
            }
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits until exactly these have answered for half a second.
    private func until(answer names: Set<String>) async throws {
        let end = ContinuousClock.now + .seconds(60)
        repeat {
            answers = [:]
            try await Task.sleep(for: .milliseconds(500))
            guard ContinuousClock.now < end else {
                throw RPCError(.deadlineExceeded, "expected answers of \(names.sorted()), found \(answers)")
            }
        } while Set(answers.keys) != names
    }

    /// How many servers stand in the registry.
    private func registered() async throws -> Int {
        let etcd = try RegistryCatalog.builtIn.registry(registry.location, RegistryContext())
        let count = try await etcd.list("greeter").instances.count
        await etcd.close()
        return count
    }

    private func report(_ what: String) async throws {
        answers = [:]
        try await Task.sleep(for: .seconds(1))
        let shares = answers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print("\(what)\n    answers in one second: \(shares.joined(separator: ", "))")
    }
}
