// SPDX-License-Identifier: Apache-2.0
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Greeting

// A greeter on grpc-swift 2: `greeter-server [--port N]`. Prints "listening PORT" and runs until it is ended.
let server = GRPCServer(
    transport: .http2NIOPosix(
        address: .ipv4(host: "127.0.0.1", port: option("--port", 0)), transportSecurity: .plaintext),
    services: [Greeter.Service()])

try await withThrowingTaskGroup { group in
    group.addTask { try await server.serve() }
    if let port = try await server.listeningAddress?.ipv4?.port {
        print("listening \(port)")
        fflush(nil)
    }
    try await group.waitForAll()
}
