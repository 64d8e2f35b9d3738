// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinCore
import TestSupport
import Testing

@testable import SkeinDiscovery

/// Real ZooKeeper servers of a test: Debian's jar, run by java.
enum ZooKeeperServer {
    static let catalog = RegistryCatalog(ZooKeeperRegistry.self)
    /// Debian's `zookeeper.jar` forgets to name `netty-codec.jar`, without which there is no TLS.
    private static let classpath = "/etc/zookeeper/conf:/usr/share/java/zookeeper.jar:/usr/share/java/netty-codec.jar"

    /// A server by itself, ready to serve.
    static func start(_ settings: String = "") async throws -> LocalServer {
        let server = try await make(settings: settings) { _ in "" }
        try await server.start()
        try await ready(server.address)
        return server
    }

    /// Three servers that form an ensemble, ready to serve.
    static func startEnsemble() async throws -> [LocalServer] {
        var ports: [(quorum: Int, election: Int)] = []
        for _ in 0..<3 { ports.append((try LocalPort.reserve(), try LocalPort.reserve())) }
        let members = ports.enumerated().map { index, ports in
            "server.\(index + 1)=127.0.0.1:\(ports.quorum):\(ports.election)"
        }
        var servers: [LocalServer] = []
        for number in 1...3 {
            let server = try await make(settings: members.joined(separator: "\n")) { directory in
                try "\(number)".write(toFile: "\(directory)/myid", atomically: true, encoding: .utf8)
                return ""
            }
            servers.append(server)
        }
        for server in servers { try await server.start() }
        for server in servers { try await ready(server.address) }
        return servers
    }

    private static func make(settings: String, _ prepare: (String) throws -> String) async throws -> LocalServer {
        guard FileManager.default.fileExists(atPath: "/usr/share/java/zookeeper.jar") else {
            throw LocalServer.Missing(program: "ZooKeeper", package: "zookeeper")
        }
        return try await LocalServer("java", package: "default-jre-headless") { directory, port in
            _ = try prepare(directory)
            let config = """
                dataDir=\(directory)
                clientPort=\(port)
                clientPortAddress=127.0.0.1
                tickTime=500
                initLimit=20
                syncLimit=10
                admin.enableServer=false
                \(settings)

                """
            try config.write(toFile: "\(directory)/zoo.cfg", atomically: true, encoding: .utf8)
            return [
                "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dzookeeper.jmx.log4j.disable=true", "-cp", classpath,
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", "\(directory)/zoo.cfg",
            ]
        }
    }

    /// Waits until the server at `address` serves: it takes connections before it does.
    static func ready(_ address: String) async throws {
        let registry = try catalog.registry("zookeeper://\(address)", RegistryContext())
        try await until("no session with \(address)", within: .seconds(90)) {
            (try? await registry.list("none")) != nil
        }
        await registry.close()
    }
}
