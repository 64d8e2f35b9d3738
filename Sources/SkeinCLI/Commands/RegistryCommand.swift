// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SkeinCore
import SkeinDiscovery
import SkeinServer
import SkeinServices
import SkeinTransport

/// `skein registry`
struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry", abstract: "Serves a service registry for development and tests.",
        discussion: """
            Servers register in it, and channels find them, under skein://HOST:PORT/SERVICE. It is one process and asks \
            nobody who they are: it is not for clusters; use etcd, Consul or ZooKeeper there. It runs until SIGTERM or \
            SIGINT.
            """)

    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at; 0 takes a free one.")
    var port = RegistryService.defaultPort

    @Option(
        help: ArgumentHelp(
            "Keeps what is registered in this file, so that the registry can be started again. Default: in memory only.",
            valueName: "path"))
    var file: String?

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port is \(port): expected 0 to 65535") }
    }

    func run() async throws {
        let server = Server(
            .tcp(host, port: port), security: .plaintext, services: [try RegistryService(file: file), HealthService()],
            options: RegistryService.serverOptions)
        async let running: Void = server.run(handlingSignals: true)
        for address in try await server.addresses() {
            // At once, since the standard output of a pipe is otherwise kept back.
            FileHandle.standardOutput.write(Data("listening \(address.port ?? 0)\n".utf8))
        }
        try await running
    }
}
