// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein
import SkeinDiscovery

/// One server: registers as `greeter` and says who it is.
struct GreeterProgram {
    let name: String
    /// `nil`: somebody else registers it, and ends it.
    let registry: String?
    /// 0: any that is free.
    let port: Int

    func run() async throws {
        var options = ServerOptions().eventLoops(1)
        if let registry {
            endWithParent()
            // The default lease is 15 s; here nobody wants to wait that long for a server that was killed.
            let registration = try Registration(
                in: registry, service: "greeter", options: RegistrationOptions().with { $0.ttl = .seconds(3) })
            options = options.hook(registration)
        }
        let server = Server(
            .tcp("127.0.0.1", port: port), security: .plaintext, services: [Greeter(name: name), HealthService()],
            options: options)
        async let running: Void = server.run(handlingSignals: true)
        let address = try await server.addresses()[0]
        FileHandle.standardOutput.write(Data("listening \(address.port ?? 0)\n".utf8))
        try await running
    }

    /// The parent holds the other end of the standard input: when it is gone, so are we.
    private func endWithParent() {
        Thread.detachNewThread {
            while readLine() != nil {}
            exit(0)
        }
    }
}

struct Greeter: Helloworld_Greeter.Service {
    let name: String

    func sayHello(_ request: Helloworld_HelloRequest, context: ServerContext) async throws -> Helloworld_HelloReply {
        try await Task.sleep(for: .milliseconds(5))  // some work
        return Helloworld_HelloReply(message: name)
    }
}
