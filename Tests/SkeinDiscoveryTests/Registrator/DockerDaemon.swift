// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinResolution
import Synchronization
import TestSupport

@testable import SkeinDiscovery

/// A Docker Engine of the test's own, with a socket, containers and an image `bb` of its own, if this machine lets one
/// run: it needs the rights of root, and more than many containers give.
final class DockerDaemon: Sendable {
    struct Unable: Error, CustomStringConvertible {
        let description: String
    }

    let socket: String
    private let folder: TemporaryFolder
    private let process = Mutex<ChildProcess?>(nil)

    /// Starts the engine, and sees whether it can run a container. Throws `Unable` when that cannot be.
    init() async throws {
        let busybox = try LocalServer.path("busybox", package: "busybox-static")
        let docker = try LocalServer.path("docker", package: "docker.io")
        folder = try TemporaryFolder()
        socket = folder.file("docker.sock")
        try await start()
        do {
            try await image(busybox, docker)
            let driver = EngineDriver(socket)
            try await driver.run("probe")
            try await driver.remove("probe")
            await driver.close()
        } catch {
            await stop()
            throw Unable(description: "it runs no container: \(error)")
        }
    }

    deinit { process.withLock { $0?.terminate() } }

    private func image(_ busybox: String, _ docker: String) async throws {
        let root = folder.file("root")
        try FileManager.default.createDirectory(atPath: "\(root)/bin", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: busybox, toPath: "\(root)/bin/busybox")
        for words in [
            ["/bin/tar", "-C", root, "-cf", folder.file("image.tar"), "."],
            [docker, "-H", "unix://\(socket)", "import", folder.file("image.tar"), "bb"],
        ] {
            let (lines, status) = try await ChildProcess(words[0], Array(words.dropFirst())).finish()
            guard status == 0 else { throw Unable(description: "\(words[0]): \(lines.suffix(3))") }
        }
    }

    func start() async throws {
        let words = [
            "-H", "unix://\(socket)", "--storage-driver=vfs", "--iptables=false", "--ip-masq=false",
            "--ip-forward=false", "--bridge=none",
            "--data-root", folder.file("data"), "--exec-root", folder.file("exec"), "--pidfile", folder.file("pid"),
        ]
        let child = try ChildProcess(try LocalServer.path("dockerd", package: "docker.io"), words)
        process.withLock { $0 = child }
        let output = Task { await child.finish() }
        let hasEnded = Mutex(false)
        let watch = Task {
            _ = await child.exitStatus()
            hasEnded.withLock { $0 = true }
        }
        defer { watch.cancel() }
        let engine = DockerEngine(try DockerHost("unix://\(socket)", [:]))
        let end = ContinuousClock.now + .seconds(60)
        while (try? await engine.running()) == nil {
            if hasEnded.withLock(\.self) || ContinuousClock.now > end {
                child.terminate()
                let line = await output.value.lines.last ?? ""
                throw Unable(description: "it does not start: \(line)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        await engine.close()
    }

    /// Ends it and all its containers.
    func stop() async {
        guard let child = process.withLock({ $0.take() }) else { return }
        child.terminate()
        _ = await child.exitStatus()
        // What it leaves mounted would keep the directory.
        let left = folder.file("exec/netns/default")
        if FileManager.default.fileExists(atPath: left) { _ = try? await ChildProcess("/bin/umount", [left]).finish() }
    }

    func restart() async throws {
        await stop()
        try await start()
    }
}
