// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import InteropProtos
import Skein

/// The server of gRPC's interoperability tests.
@main
struct InteropServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skein-interop-server",
        abstract: "Serves grpc.testing.TestService, which gRPC's interoperability tests call.",
        discussion: "Prints \"listening PORT\" once it serves. SIGTERM ends it when its calls have ended.")

    @Option(help: "The IP address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for any that is free.")
    var port = 0

    @Flag(help: "Serve over TLS.")
    var tls = false

    @Option(help: ArgumentHelp("The certificate, followed by its intermediates.", valueName: "PEM file"))
    var cert: String?

    @Option(help: ArgumentHelp("The certificate's private key.", valueName: "PEM file"))
    var key: String?

    @Flag(help: "End, too, once standard input closes, as it does when the process that started this one is gone.")
    var untilEOF = false

    func validate() throws {
        if tls, cert == nil || key == nil { throw ValidationError("--tls needs --cert and --key") }
    }

    func run() async throws {
        // Clients of the tests ask for a report each second.
        let reporting = LoadReporting(.off, audience: .everyone, minimumInterval: .seconds(1))
        let server = Server(
            .tcp(host, port: port), security: security, services: [TestService(reporting), reporting])
        async let running: Void = server.run(handlingSignals: true)
        for address in try await server.addresses() { print("listening \(address.port ?? port)") }
        fflush(nil)  // at once, even into a pipe
        if untilEOF {
            Thread.detachNewThread {
                _ = try? FileHandle.standardInput.readToEnd()
                server.shutDown()
            }
        }
        try await running
    }

    private var security: TransportSecurity {
        guard tls, let cert, let key else { return .plaintext }
        return .tls(TLSConfiguration.Identity.files(certificateChain: cert, privateKey: key))
    }
}
