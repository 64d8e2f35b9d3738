// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein

/// What each child process runs: `demo serve --port 0 --name brant`. It prints its port and serves until SIGTERM.
struct ServerProgram {
    private let port: Int
    private let name: String

    init(_ arguments: [String]) throws {
        func value(of option: String) throws -> String {
            guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else {
                throw ConfigurationError("serve needs --port N and --name NAME; \(option) is missing")
            }
            return arguments[index + 1]
        }
        guard let port = Int(try value(of: "--port")) else { throw ConfigurationError("--port expects a number") }
        self.port = port
        name = try value(of: "--name")
    }

    func run() async throws {
        endWithParent()
        let server = Server(
            .tcp("127.0.0.1", port: port), security: .plaintext, services: [Greeter(name: name)],
            options: .eventLoops(1))
        async let running: Void = server.run(handlingSignals: true)
        let address = try await server.addresses()[0]
        Screen.write("\(address.port ?? 0)\n")
        try await running
    }

    /// The parent holds the other end of the standard input: when it is gone, however it went, so are we.
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
        try await Task.sleep(for: .milliseconds(.random(in: 5...20)))  // some work
        return Helloworld_HelloReply(message: "Hello \(request.name), this is \(name)")
    }
}
