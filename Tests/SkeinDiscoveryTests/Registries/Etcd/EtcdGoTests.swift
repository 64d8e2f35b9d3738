// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein
import SkeinDiscovery
import TestSupport
import Testing

/// grpc-go with its own naming in etcd: it finds our servers, and we find it.
@Suite(
    "etcd, with Go programs", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: GoPeer.isInstalled, "needs the Go that .ci/setup long installs"))
struct EtcdGoTests {
    @Test("a Go client balances over our servers, ours over those of both, until the Go server leaves")
    func bothWays() async throws {
        let place = try await RegistryPlace(.etcd)
        let peer = try await GoPeer("127.0.0.1:\(place.port)")
        let program = try BuiltProgram.find("service-registry").path
        var servers: [ChildProcess] = []
        for name in ["a", "b"] {
            servers.append(try await ListeningProcess(ChildProcess(program, ["serve", place.location, name])).process)
        }
        try await until("not both registered", within: .seconds(60)) { try await place.count(of: "greeter") == 2 }
        // The first calls go where the first connection is.
        let answers = try await peer.call("greeter", 40)
        #expect(Set(answers.keys) == ["a", "b"] && answers.values.allSatisfy { $0 >= 10 }, "\(answers)")

        let server = try peer.serve("greeter", as: "go")
        let list = try WatchedList(place.target(of: "greeter"), .builtIn)
        try await until("the Go server is not listed", within: .seconds(60)) { list.instances?.count == 3 }
        let foreign = list.instances?.first { $0.zone == "go" }
        #expect(foreign?.id == foreign?.address && foreign?.host == "127.0.0.1")
        let load = try Load(place.target(of: "greeter"))
        try await until("not all three answered", within: .seconds(60)) {
            _ = load.takeAnswers()
            try await Task.sleep(for: .milliseconds(300))
            return Set(load.takeAnswers().keys) == ["a", "b", "go"]
        }
        server.closeInput()
        let lines = await server.finish().lines
        #expect(lines.last == "ended", "\(lines)")
        try await until("the Go server is still listed", within: .seconds(60)) { list.instances?.count == 2 }
        #expect(load.takeFailures().map(\.debugDescription) == [])
        for server in servers { server.terminate() }
        try await place.stop()
    }
}

/// The program `peers/etcd_peer.go`, built with Debian's packages.
private struct GoPeer {
    private static let packages = "/usr/share/gocode"
    private static let compiler = "/usr/bin/go"

    static var isInstalled: Bool {
        [compiler, "\(packages)/src/go.etcd.io/etcd/clientv3/naming"].allSatisfy(FileManager.default.fileExists)
    }

    private let folder: TemporaryFolder
    private let server: String
    private var program: String { folder.file("etcd_peer") }

    init(_ server: String) async throws {
        self.server = server
        folder = try TemporaryFolder()
        let tests = URL(fileURLWithPath: #filePath).pathComponents.dropLast(3)
        let source = NSString.path(withComponents: tests + ["peers", "etcd_peer.go"])
        let environment = ["GO111MODULE": "off", "GOPATH": GoPeer.packages, "GOCACHE": folder.file("cache")]
        let build = try ChildProcess(
            GoPeer.compiler, ["build", "-o", program, source], environment: environment)
        let (lines, status) = await build.finish()
        try #require(status == 0, "\(lines)")
    }

    /// Who answered so many calls, and how often.
    func call(_ service: String, _ count: Int) async throws -> [String: Int] {
        let (lines, status) = try await ChildProcess(program, ["call", server, service, "\(count)"]).finish()
        try #require(status == 0, "\(lines)")
        let names = lines.compactMap { $0.hasPrefix("answered ") ? String($0.dropFirst(9)) : nil }
        return Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    }

    func serve(_ service: String, as name: String) throws -> ChildProcess {
        try ChildProcess(program, ["serve", server, service, name])
    }
}
