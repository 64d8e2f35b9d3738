// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein

/// One client balances over three servers, of which one is stopped, one is killed, and both come back.
@MainActor
final class Demo {
    private static let pause: Duration = .milliseconds(2500)

    private let servers = ["brant", "greylag", "pinkfoot"].map { ServerProcess($0) }
    private var states = ["serves", "serves", "serves"]
    private let screen = Screen()
    private var log = CallLog([])

    /// Whether all went as it should.
    func run() async throws -> Bool {
        screen.heading("start three greeter servers, each in a process of its own")
        for server in servers { try await server.start() }
        let file = try writeEndpoints()
        screen.note("their addresses are in \(file.path)")

        let target = "file://\(file.path)"
        screen.note("one channel connects to \(target) and balances with round_robin")
        let channel = try Channel(
            target, security: .plaintext,
            options: .loadBalancing(.roundRobin).backoff(Backoff(initial: .milliseconds(200), maximum: .seconds(1))))
        log = CallLog(servers.map(\.address))
        let load = Load(greeter: Helloworld_Greeter.Client(channel), log: log)
        let calls = Task.detached { await load.run() }
        let table = Task { await refreshTable() }
        let stop = try await story()
        log.close()
        await calls.value
        table.cancel()
        screen.erase()
        await channel.shutDown()
        for server in servers { _ = await server.end(by: SIGTERM) }
        return Verdict(servers: servers.map(\.name), log: log.contents, stop: stop).report()
    }

    /// What happens to the servers. How the one that is stopped took it.
    private func story() async throws -> Verdict.Stop {
        begin(.allServe, "three servers share the calls")
        try await Task.sleep(for: Demo.pause)

        begin(.oneStopped, "SIGTERM to \(servers[1].name): it takes no new calls and finishes those it has")
        states[1] = "drains"
        let signalled = ContinuousClock.now
        let exitCode = await servers[1].end(by: SIGTERM)
        states[1] = "stopped"
        screen.note("it ended after \(Optional(.now - signalled).milliseconds) with exit code \(exitCode)")
        try await Task.sleep(for: Demo.pause)

        begin(.oneKilled, "SIGKILL to \(servers[2].name): its connection dies without a word")
        log.willKill(2)
        _ = await servers[2].end(by: SIGKILL)
        states[2] = "killed"
        try await Task.sleep(for: Demo.pause)

        begin(.returning, "start both again, on the same ports; the client finds them by itself")
        for index in [1, 2] {
            try await servers[index].start()
            states[index] = "listens again"
        }
        try await bothAnswer(within: .seconds(10))

        begin(.allServeAgain, "three servers share the calls again")
        try await Task.sleep(for: Demo.pause)
        return Verdict.Stop(server: 1, signalled: signalled, exitCode: exitCode)
    }

    private func begin(_ phase: Phase, _ heading: String) {
        screen.heading(heading)
        log.begin(phase)
    }

    /// Waits until the servers that were started again have answered calls.
    private func bothAnswer(within limit: Duration) async throws {
        let start = ContinuousClock.now
        while .now - start < limit, states != ["serves", "serves", "serves"] {
            try await Task.sleep(for: .milliseconds(20))
            for call in log.contents.calls.reversed().prefix(while: { $0.ended > start }) {
                if states[call.server] == "listens again" {
                    states[call.server] = "serves"
                    let name = servers[call.server].name
                    screen.note("\(name) answers again after \(Optional(call.ended - start).milliseconds)")
                }
            }
        }
    }

    private func refreshTable() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(200))
            if !Task.isCancelled { screen.show(rows()) }
        }
    }

    private func rows() -> [Screen.Row] {
        let all = log.contents.calls
        let totals = all.perServer(servers.count)
        let since = ContinuousClock.now - .seconds(1)
        let recent = all.filter { $0.ended > since }
        return servers.indices.map { index in
            let own = recent.filter { $0.server == index }
            return Screen.Row(
                name: servers[index].name, pid: servers[index].pid, state: states[index], calls: totals[index],
                share: Double(own.count) / Double(max(1, recent.count)), p50: own.latency(0.5), p99: own.latency(0.99))
        }
    }

    private func writeEndpoints() throws -> URL {
        let file = try CleanUp.temporaryDirectory().appending(path: "endpoints.txt")
        let lines = servers.map { "\($0.address)  # \($0.name)\n" }
        try lines.joined().write(to: file, atomically: true, encoding: .utf8)
        return file
    }
}
