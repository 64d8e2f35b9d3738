// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SkeinDiscovery
import TestSupport
import Testing

@testable import SkeinCLI

@Suite("skein registrator", .timeLimit(.minutes(2)))
struct RegistratorCommandTests {
    @Test("it goes on while there is no engine, says so, and ends with SIGTERM")
    func withoutEngine() async throws {
        let program = try BuiltProgram.find("skein").path(percentEncoded: false)
        let socket = FileManager.default.temporaryDirectory.appending(path: "none-\(UUID().uuidString)")
        let process = try ChildProcess(
            program,
            ["registrator", "--docker", "unix://\(socket.path(percentEncoded: false))", "skein://127.0.0.1:9"])
        var lines: [String] = []
        for await line in process.lines {
            lines.append(line)
            if line.contains("watch the containers") { process.terminate() }
        }
        let status = await process.exitStatus()
        #expect(status == 0, "\(lines)")
        #expect(lines.contains { $0.contains(socket.lastPathComponent) })
    }

    @Test("the options are those of gliderlabs/registrator, with two dashes")
    func options() throws {
        let words = [
            "registrator", "--internal", "--ip", "10.0.0.7", "--explicit", "--tags", "a,b\\,c", "--hostname", "box",
            "--deregister", "on-success", "--ttl", "30", "--ttl-refresh", "5", "--resync", "120",
            "--use-ip-from-label", "net", "--ignore-health", "--stay", "--cleanup", "consul://a", "etcd://b",
        ]
        let command = try #require(try SkeinCommand.parseAsRoot(words) as? RegistratorCommand)
        #expect(command.targets == ["consul://a", "etcd://b"])
        var expected = RegistratorOptions(hostName: "box")
        (expected.usesContainerAddresses, expected.isExplicit, expected.needsHealth) = (true, true, false)
        (expected.address, expected.addressLabel, expected.tags) = ("10.0.0.7", "net", ["a", "b,c"])
        (expected.deregistersFailed, expected.staysRegistered, expected.cleansUp) = (false, true, true)
        (expected.ttl, expected.renewal, expected.resync) = (.seconds(30), .seconds(5), .seconds(120))
        #expect(command.options == expected)
    }

    @Test(
        "what cannot work is refused, and the error says why",
        arguments: [
            ([], "targets"), (["--ttl", "0", "etcd://a"], "--ttl is 0"),
            (["--resync", "0", "etcd://a"], "--resync is 0"),
            (["--ttl-refresh", "5", "etcd://a"], "--ttl-refresh needs --ttl"),
            (["--ttl", "5", "--ttl-refresh", "5", "etcd://a"], "expected less than --ttl"),
            (["--tags", "{{.ID}}", "etcd://a"], "templates are not supported"),
            (["--deregister", "never", "etcd://a"], "never"), (["--ip", "", "etcd://a"], "--ip is"),
        ] as [([String], String)])
    func refused(words: [String], reason: String) {
        let error = #expect(throws: (any Error).self) { try SkeinCommand.parseAsRoot(["registrator"] + words) }
        let message = error.map { SkeinCommand.fullMessage(for: $0) } ?? ""
        #expect(message.contains(reason), "\(message)")
    }

    @Test("a target or an engine that is none ends it at once, with one line")
    func wrongPlace() async throws {
        let program = try BuiltProgram.find("skein").path(percentEncoded: false)
        for (words, reason) in [
            (["--docker", "ssh://box", "etcd://a"], "unix:///path or tcp://host:port"), (["etdc://a"], "etdc"),
        ] {
            let (lines, status) = try await ChildProcess(program, ["registrator"] + words).finish()
            #expect(status != 0)
            #expect(lines.contains { $0.contains(reason) }, "\(lines)")
        }
    }
}
