// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// A real name server, bind9, with the zone `test`, which may be changed while it runs.
final class BindServer: Sendable {
    private let server: LocalServer
    let port: Int

    /// Starts with `records`, lines of a zone file.
    init(_ records: [String], ttl: Int = 5) async throws {
        server = try await LocalServer("named", package: "bind9") { directory, port in
            let options = """
                directory "\(directory)"; listen-on port \(port) { 127.0.0.1; }; listen-on-v6 { none; };
                pid-file none; session-keyfile none; recursion no; notify no; minimal-responses no;
                max-cache-size 8m; max-records-per-type 0; dnssec-validation no;
                """
            let zone = #"zone "test" { type primary; file "test.zone"; allow-update { 127.0.0.1; }; };"#
            try "options { \(options) };\ncontrols {};\n\(zone)\n".write(
                toFile: "\(directory)/named.conf", atomically: true, encoding: .utf8)
            let head = [
                "$TTL \(ttl)", "@ IN SOA ns.test. admin.test. ( 1 3600 600 86400 \(ttl) )", "@ IN NS ns.test.",
                "ns IN A 127.0.0.1",
            ]
            try ((head + records).joined(separator: "\n") + "\n").write(
                toFile: "\(directory)/test.zone", atomically: true, encoding: .utf8)
            return ["-f", "-c", "\(directory)/named.conf", "-p", "\(port)", "-n", "1", "-U", "1"]
        }
        self.port = server.port
        try await server.start()
    }

    /// A target of this server.
    func target(_ name: String, scheme: String = "dns") -> String { "\(scheme)://127.0.0.1:\(port)/\(name)" }

    func stop() { server.stop() }
    func kill() async { await server.kill() }
    func start() async throws { try await server.start() }

    /// Changes the zone at once: lines such as `add greeter.test 5 A 127.0.0.2`.
    func update(_ changes: [String]) async throws { try await update(oneByOne: [changes]) }

    /// Changes the zone again and again.
    func update(oneByOne steps: [[String]]) async throws {
        let program = try LocalServer.path("nsupdate", package: "bind9-dnsutils")
        let file = "\(server.directory)/changes"
        let lines =
            ["server 127.0.0.1 \(port)", "zone test"] + steps.flatMap { $0.map { "update \($0)" } + ["send"] }
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        let result = await (try ChildProcess(program, [file])).finish()
        try #require(result.status == 0, "\(result.lines)")
    }
}
