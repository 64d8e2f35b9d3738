// SPDX-License-Identifier: Apache-2.0
import Logging
import Skein

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The server under attack: one event loop, and every limit at its default unless the command line says otherwise.
struct TargetServer {
    private let server: Server

    init(_ arguments: TargetArguments) {
        var options = ServerOptions()
        options.eventLoops = arguments.number("loops", 1)
        arguments.set("max-streams", &options.maxConcurrentStreams)
        arguments.set("max-connections-per-client", &options.maxConnectionsPerClient)
        arguments.set("handshake-ms", &options.handshakeTimeout)
        arguments.set("idle-ms", &options.maxConnectionIdle)
        arguments.set("headers-ms", &options.headersTimeout)
        arguments.set("connection-buffer", &options.connectionBuffer)
        arguments.set("max-connection-buffer", &options.maxConnectionBuffer)
        arguments.set("max-buffer", &options.maxBuffer)
        if arguments.number("max-connections", 0) > 0 {
            options.maxConnections = arguments.number("max-connections", 0)
        }
        if arguments.number("log", 0) > 0 { options.logger = Logger(label: "robustness") }
        server = Server(
            .tcp("127.0.0.1", port: arguments.number("port", 0)), security: .plaintext, services: [TargetService()],
            options: options)
    }

    func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { [server] in try await server.run(handlingSignals: true) }
            if let port = try await server.addresses().first?.port {
                print("listening \(port)")
                fflush(nil)
            }
            try await group.waitForAll()
        }
    }
}
