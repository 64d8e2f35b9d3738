// SPDX-License-Identifier: Apache-2.0

import BenchProtos
import Glibc
import Skein

// A greeter on the public API and generated stubs: `bench-server [--port N] [--loops N] [--reports 0|1|2]`, the last for
// load reports: none, to clients that ask, with every answer.
// Prints "listening PORT" and runs until SIGTERM.

struct Greeter: Helloworld_Greeter.Service {
    func sayHello(
        _ request: Helloworld_HelloRequest, context: ServerContext
    ) async throws -> Helloworld_HelloReply {
        Helloworld_HelloReply(message: "Hello \(request.name)")
    }
}

/// The number after `name` on the command line, or `fallback` without it.
func option(_ name: String, _ fallback: Int) -> Int {
    guard let index = CommandLine.arguments.firstIndex(of: name) else { return fallback }
    guard let word = CommandLine.arguments.dropFirst(index + 1).first, let number = Int(word), number >= 0 else {
        print("option \(name) needs a number")
        exit(2)
    }
    return number
}

var options = ServerOptions()
options.eventLoops = option("--loops", 1)
let reporting: [any RPCService] =
    switch option("--reports", 0) {
    case 0: []
    case 1: [LoadReporting()]
    default: [LoadReporting(.always)]
    }
let server = Server(
    .tcp("127.0.0.1", port: option("--port", 0)), security: .plaintext, services: [Greeter()] + reporting,
    options: options)

try await withThrowingTaskGroup { group in
    group.addTask { try await server.run(handlingSignals: true) }
    if let port = try await server.addresses().first?.port {
        print("listening \(port)")
        fflush(nil)
    }
    try await group.waitForAll()
}
