// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein
import SkeinDiscovery

/// etcd in a process of its own where it is installed, else the embedded registry in this one.
final class LocalRegistry: Sendable {
    /// `etcd://127.0.0.1:2379`
    let location: String
    private let etcd: Child?
    private let folder: URL?
    private let embedded: Task<Void, any Error>?

    init() async throws {
        let etcd = ["/usr/bin/etcd", "/usr/local/bin/etcd", "/opt/homebrew/bin/etcd"]
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let etcd else {
            let server = Server(
                .tcp("127.0.0.1", port: 0), security: .plaintext, services: [try RegistryService()],
                options: RegistryService.serverOptions)
            embedded = Task { try await server.run() }
            location = "skein://\(try await server.addresses()[0])"
            (self.etcd, folder) = (nil, nil)
            return
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "skein-etcd-\(UUID().uuidString)")
        let (client, peer) = (Int.random(in: 20_000..<30_000), Int.random(in: 30_000..<32_000))
        let words = [
            etcd, "--data-dir", folder.path(percentEncoded: false), "--logger", "zap", "--log-level", "error",
            "--listen-client-urls", "http://127.0.0.1:\(client)",
            "--advertise-client-urls", "http://127.0.0.1:\(client)",
            "--listen-peer-urls", "http://127.0.0.1:\(peer)",
        ]
        // The shell reads our pipe, and ends etcd when it closes.
        self.etcd = try await Child("/bin/sh", ["-c", "\"$@\" & read -r _; kill -9 $!; wait", "sh"] + words)
        self.folder = folder
        location = "etcd://127.0.0.1:\(client)"
        embedded = nil
    }

    func end() async {
        embedded?.cancel()
        await etcd?.close()
        if let folder { try? FileManager.default.removeItem(at: folder) }
    }
}
