// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinDiscovery
import TestSupport
import Testing

@testable import SkeinCLI

@Suite("skein resolve", .timeLimit(.minutes(3)))
struct ResolveCommandTests {
    private func resolve(_ words: [String]) throws -> ChildProcess {
        try ChildProcess(try BuiltProgram.find("skein").path(percentEncoded: false), ["resolve"] + words)
    }

    /// The next lines up to one that holds `text`; fails when they end before.
    private func lines(of process: ChildProcess, to text: String) async -> [String] {
        var lines: [String] = []
        for await line in process.lines {
            lines.append(line)
            if line.contains(text) { return lines }
        }
        Issue.record("expected a line with \(text), found \(lines)")
        return lines
    }

    private func file(_ text: String, in project: TemporaryProject) throws -> String {
        try project.write("list", text)
        return "file://" + project.folder.appending(path: "list").path(percentEncoded: false)
    }

    @Test(
        "a target is printed once: what it is, and a line for each endpoint",
        arguments: [
            (
                "ipv4:10.0.0.2:443,10.0.0.1:443",
                ["2 endpoints (ipv4:10.0.0.2:443,10.0.0.1:443)", "  10.0.0.1:443", "  10.0.0.2:443"]
            ),
            ("ipv6:[::1]:443", ["1 endpoint (ipv6:[::1]:443)", "  [::1]:443"]),
            ("unix:/run/orders.sock", ["1 endpoint (unix:/run/orders.sock)", "  unix:/run/orders.sock"]),
        ])
    func once(target: String, expected: [String]) async throws {
        let (lines, status) = try await resolve([target]).finish()
        #expect(lines == expected)
        #expect(status == 0)
    }

    @Test("of an endpoint file the weights, priorities and zones are printed, too")
    func endpointFile() async throws {
        let project = try TemporaryProject()
        let target = try file(
            """
            {"endpoints": [
                {"address": "10.0.0.7:443", "weight": 2, "locality": {"zone": "eu-1"}},
                {"addresses": ["10.0.0.8:443", "[::1]:443"], "priority": 1}
            ]}
            """, in: project)
        let (lines, status) = try await resolve([target]).finish()
        #expect(
            lines == [
                "2 endpoints (\(target))", "  10.0.0.7:443 weight=2 zone=eu-1", "  10.0.0.8:443,[::1]:443 priority=1",
            ])
        #expect(status == 0)
    }

    @Test("with --watch a file that is not there yet is an error line, then each change is a new list with its time")
    func watchedFile() async throws {
        let project = try TemporaryProject()
        let path = project.folder.appending(path: "list").path(percentEncoded: false)
        let output = try resolve(["--watch", "file://\(path)"])
        let missing = await lines(of: output, to: "read \(path)")
        #expect(missing.count == 1)
        for text in ["10.0.0.7:443\n", "10.0.0.7:443\n10.0.0.8:443 weight=3\n"] {
            _ = try file(text, in: project)
            let rows = text.split(separator: "\n").map { "  \($0)" }
            let lines = await lines(of: output, to: rows[rows.count - 1])
            #expect(Array(lines.dropFirst()) == rows)
            let title = try #require(lines.first).split(separator: " ", maxSplits: 1)
            #expect(try Date(String(title[0]), strategy: .iso8601).timeIntervalSinceNow < 1)
            #expect(title[1].hasPrefix(rows.count == 1 ? "1 endpoint (file:" : "2 endpoints (file:"))
        }
    }

    @Test("a service in a registry is printed with all that is known of its instances, and followed with --watch")
    func registry() async throws {
        let program = try BuiltProgram.find("skein").path(percentEncoded: false)
        let server = try await ListeningProcess(ChildProcess(program, ["registry", "--port", "0"]))
        let location = "skein://127.0.0.1:\(server.port)"
        let registry = try RegistryCatalog.builtIn.registry(location, RegistryContext())
        var rich = ServiceInstance(service: "s", id: "i1", host: "10.0.0.1", port: 1)
        (rich.weight, rich.zone, rich.version, rich.tags) = (3, "eu-1", "1.2", ["blue", "canary"])
        rich.metadata = ["team": "the \"A\""]
        _ = try await registry.register(rich, ttl: .seconds(600))
        let row = #"  10.0.0.1:1 weight=3 zone=eu-1 id="i1" version=1.2 tags=blue,canary team="the \"A\"""#
        let (printed, status) = try await resolve(["\(location)/s"]).finish()
        #expect(printed == ["1 endpoint (\(location)/s)", row])
        #expect(status == 0)

        let output = try resolve(["\(location)/s", "--watch"])
        let before = await lines(of: output, to: row)
        #expect(before.count == 2)
        let plain = ServiceInstance(service: "s", host: "10.0.0.2", port: 2)
        let lease = try await registry.register(plain, ttl: .seconds(600))
        let joined = await lines(of: output, to: "  10.0.0.2:2")
        #expect(joined.dropFirst() == [row, "  10.0.0.2:2"])
        try await registry.deregister(lease, of: plain)
        let left = await lines(of: output, to: row)
        #expect(left.count == 2)
        await registry.close()
        server.process.terminate()
    }

    @Test(
        "what cannot be resolved is an error that says why",
        arguments: [
            (["static:///orders"], "the name of a registered endpoint list"),
            (["file:///nowhere/list"], "/nowhere/list"),
            (["etcdd://10.0.0.1/orders"], "etcd"),
            (["etcd://10.0.0.1/orders?colour=red"], "colour"),
            (["skein://127.0.0.1:1/orders"], "127.0.0.1:1"),
            (["ipv4:localhost:1"], "10.0.0.7:443"),
            (["dns:///a", "--timeout", "0"], "--timeout is 0"),
            ([], "Missing expected argument '<target>'"),
        ])
    func errors(words: [String], text: String) async throws {
        let (lines, status) = try await resolve(words).finish()
        #expect(lines.joined(separator: "\n").contains(text), "\(lines)")
        #expect(status != 0)
    }
}
