// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("where a Docker Engine is")
struct DockerHostTests {
    @Test(
        "it is said as for Docker's own tools",
        arguments: [
            (nil, [:], "/var/run/docker.sock", 0), ("unix:///a/b.sock", [:], "/a/b.sock", 0),
            (nil, ["DOCKER_HOST": "tcp://10.0.0.1"], "10.0.0.1", 2375),
            (nil, ["DOCKER_HOST": ""], "/var/run/docker.sock", 0),
            ("tcp://box:1234", ["DOCKER_HOST": "tcp://10.0.0.1"], "box", 1234), ("tcp://box:1/", [:], "box", 1),
            ("tcp://[::1]:99", [:], "::1", 99), ("http://box", ["DOCKER_TLS_VERIFY": ""], "box", 2375),
        ] as [(String?, [String: String], String, Int)])
    func places(text: String?, environment: [String: String], host: String, port: Int) throws {
        let found = try DockerHost(text, environment)
        #expect(found.node == RegistryTarget.Node(host: host, port: port))
        #expect(found.tls == nil)
    }

    @Test("with DOCKER_TLS_VERIFY it is TLS with the three files, which have to be there")
    func tls() throws {
        let folder = try TemporaryFolder()
        let environment = ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder.path]
        let error = #expect(throws: ConfigurationError.self) { try DockerHost("tcp://box", environment) }
        #expect(error?.message.contains(folder.file("ca.pem")) == true)
        for name in ["ca.pem", "cert.pem", "key.pem"] { try Data().write(to: URL(filePath: folder.file(name))) }
        let found = try DockerHost("tcp://box", environment)
        #expect(found.node.port == 2376)
        #expect(found.tls?.caFile == folder.file("ca.pem"))
        #expect(found.tls?.keyFile == folder.file("key.pem"))
    }

    @Test(
        "what is no place is refused, and the error says it",
        arguments: [
            "", "/var/run/docker.sock", "unix://", "unix:///", "unix://a", "ssh://box", "tcp://", "tcp://a:0",
            "tcp://a/b",
        ])
    func wrong(text: String) {
        let error = #expect(throws: ConfigurationError.self) { try DockerHost(text, [:]) }
        #expect(error?.message.contains("\"\(text)\": expected") == true)
    }

    @Test(
        "the version asked for is the one that is known, or the nearest that the engine knows",
        arguments: [
            ("1.41", "1.12", "1.41"), ("1.52", "1.24", "1.41"), ("1.52", "1.44", "1.44"), ("1.30", "1.12", "1.30"),
            (nil, nil, "1.41"), ("x", "1", "1.41"),
        ] as [(String?, String?, String)])
    func versions(newest: String?, oldest: String?, version: String) {
        #expect(DockerEngine.version(newest: newest, oldest: oldest) == version)
    }
}
