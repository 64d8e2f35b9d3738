// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinResolution
import Synchronization
import TestSupport
import Testing

@testable import SkeinDiscovery

/// etcd, with one member or several, in processes of the test. They end with the object.
final class EtcdCluster: Sendable {
    private let folder: TemporaryFolder
    let ports: [Int]
    private let peerPorts: [Int]
    private let options: [String]
    private let scheme: String
    private let members: Mutex<[ChildProcess?]>

    /// Starts the members; returns when they answer. `options` go to each.
    init(members count: Int = 1, scheme: String = "http", options: [String] = []) async throws {
        folder = try TemporaryFolder()
        ports = try (0..<count).map { _ in try LocalPort.reserve() }
        peerPorts = try (0..<count).map { _ in try LocalPort.reserve() }
        self.options = options
        self.scheme = scheme
        members = Mutex(Array(repeating: nil, count: count))
        for number in 0..<count { try start(number) }
        if scheme == "http" { try await answers() }
    }

    deinit {
        for member in members.withLock(\.self) { member?.kill() }
    }

    /// `etcd://127.0.0.1:1,127.0.0.1:2`
    var location: String { "etcd://" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ",") }

    func start(_ number: Int) throws {
        let program = try LocalServer.path("etcd", package: "etcd-server")
        let client = "\(scheme)://127.0.0.1:\(ports[number])"
        let peers = peerPorts.map { "http://127.0.0.1:\($0)" }
        var words = ["--name", "m\(number)", "--data-dir", folder.file("m\(number)")]
        words += ["--logger", "zap", "--log-level", "error"]
        words += ["--listen-client-urls", client, "--advertise-client-urls", client]
        words += ["--listen-peer-urls", peers[number], "--initial-advertise-peer-urls", peers[number]]
        let members = peers.enumerated().map { "m\($0.offset)=\($0.element)" }
        words += ["--initial-cluster", members.joined(separator: ",")]
        let member = try ChildProcess(program, words + options)
        self.members.withLock { $0[number] = member }
    }

    /// Ends a member at once, as when its machine fails.
    func kill(_ number: Int) async {
        let member = members.withLock { members in
            defer { members[number] = nil }
            return members[number]
        }
        member?.kill()
        _ = await member?.exitStatus()
    }

    func forget(_ number: Int) throws { try FileManager.default.removeItem(atPath: folder.file("m\(number)")) }

    /// Waits until a majority answers.
    func answers() async throws {
        let registry = try EtcdRegistry(RegistryTarget(Target(location), defaultPort: 2379), RegistryContext())
        try await until("etcd did not answer", within: .seconds(60)) {
            let listing = try? await registry.list("none")
            return listing?.note.hasPrefix("no key") == true
        }
        await registry.close()
    }

    /// The member that leads now.
    func leader() async throws -> Int? {
        for (number, port) in ports.enumerated() {
            let lines = try await etcdctl("endpoint", "status", "--endpoints", "127.0.0.1:\(port)").lines
            let fields = lines.first?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
            if fields.count > 4, fields[4] == "true" { return number }
        }
        return nil
    }

    /// Debian's own client, at all members unless the words say otherwise.
    @discardableResult
    func etcdctl(_ words: String...) async throws -> (lines: [String], status: Int32) { try await run(words) }

    func run(_ words: [String]) async throws -> (lines: [String], status: Int32) {
        let program = try LocalServer.path("etcdctl", package: "etcd-client")
        let all = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
        let endpoints = words.contains("--endpoints") ? [] : ["--endpoints", all]
        return try await ChildProcess(program, words + endpoints, environment: ["ETCDCTL_API": "3"]).finish()
    }
}
