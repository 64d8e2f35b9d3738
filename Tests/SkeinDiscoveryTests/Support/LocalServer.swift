// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import SkeinCore
import Synchronization
import TestSupport

/// A registry's real server, started by a test on a port of the loopback, in a directory of its own.
final class LocalServer: Sendable {
    struct Missing: Error, CustomStringConvertible {
        let program: String
        let package: String
        var description: String { "\(program) is not installed; .ci/setup installs Debian's package \(package)" }
    }

    struct NotStarted: Error, CustomStringConvertible {
        let program: String
        let lines: [String]
        var description: String { "\(program) did not take connections: \(lines.suffix(20))" }
    }

    let port: Int
    let directory: String
    private let program: String
    private let arguments: [String]
    private let process = Mutex<ChildProcess?>(nil)

    /// `arguments` are told the directory and the port.
    init(
        _ program: String, package: String, port: Int? = nil, _ arguments: (String, Int) throws -> [String]
    ) async throws {
        self.program = try LocalServer.path(program, package: package)
        if let port { self.port = port } else { self.port = try LocalPort.reserve() }
        let folder = FileManager.default.temporaryDirectory.appending(path: "skein-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        directory = folder.path(percentEncoded: false)
        self.arguments = try arguments(directory, self.port)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var address: String { "127.0.0.1:\(port)" }

    /// Starts the process, and waits until it takes connections.
    func start(within limit: Duration = .seconds(60)) async throws {
        let child = try ChildProcess(program, arguments)
        process.withLock { $0 = child }
        let end = ContinuousClock.now + limit
        while await !LocalServer.takesConnections(port) {
            guard ContinuousClock.now < end else {
                child.kill()
                throw NotStarted(program: program, lines: await child.finish().lines)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Ends the process at once, as a machine that loses its power does.
    func kill() async {
        guard let child = process.withLock({ $0.take() }) else { return }
        child.kill()
        _ = await child.exitStatus()
    }

    /// Ends the process; to be called at the end of a test, which also keeps it until then.
    func stop() { process.withLock { $0.take() }?.kill() }

    func restart() async throws {
        await kill()
        try await start()
    }

    static func path(_ program: String, package: String) throws -> String {
        for folder in ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"] {
            let path = "\(folder)/\(program)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Missing(program: program, package: package)
    }

    static func takesConnections(_ port: Int) async -> Bool {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(.seconds(1))
        guard let channel = try? await bootstrap.connect(host: "127.0.0.1", port: port).get() else { return false }
        try? await channel.close().get()
        return true
    }
}
