// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein

struct GreeterService: Helloworld_Greeter.Service {
    func sayHello(_ request: Helloworld_HelloRequest, context: ServerContext) async throws -> Helloworld_HelloReply {
        guard !request.name.isEmpty else { throw RPCError(.invalidArgument, "name is empty: expected whom to greet") }
        return Helloworld_HelloReply(message: "Hello \(request.name)")
    }
}

/// Serves until SIGTERM or Control-C, then finishes the calls it has.
func serve(port: Int) async throws {
    let services: [any RPCService] = [GreeterService(), HealthService(), ReflectionService()]
    let server = Server(.tcp("127.0.0.1", port: port), security: .plaintext, services: services)
    async let running: Void = server.run(handlingSignals: true)
    print("serving on \(try await server.addresses()[0])")
    fflush(nil)  // at once, even into a pipe
    try await running
}

/// Makes one call.
func greet(_ name: String, at target: String) async throws {
    let channel = try Channel(target, security: .plaintext, options: .loadBalancing(.roundRobin))
    let greeter = Helloworld_Greeter.Client(channel)
    let reply = try await greeter.sayHello(.init(name: name), .deadline(.seconds(5)))
    print(reply.message)
    await channel.shutDown()
}

/// What follows `option` on the command line.
func value(of option: String) -> String? {
    let arguments = CommandLine.arguments
    guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
    return arguments[index + 1]
}

do {
    if CommandLine.arguments.dropFirst().first == "serve" {
        try await serve(port: value(of: "--port").flatMap { Int($0) } ?? 50051)
    } else {
        try await greet(value(of: "--name") ?? "world", at: value(of: "--target") ?? "dns:///localhost:50051")
    }
} catch {
    print("hello-world: \(error)")
    exit(1)
}
