// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein

/// A greeter that says who it is.
struct Greeter: Helloworld_Greeter.Service {
    let name: String

    func sayHello(_ request: Helloworld_HelloRequest, context: ServerContext) async throws -> Helloworld_HelloReply {
        Helloworld_HelloReply(message: name)
    }
}

/// Calls through a `rota:` target while the shifts change; who answered, without repetitions.
func watch(_ target: String, for time: Duration) async throws -> [String] {
    let channel = try Channel(target, security: .plaintext, options: .resolver(RotaResolver.self))
    let greeter = Helloworld_Greeter.Client(channel)
    let start = ContinuousClock.now
    var answered: [String] = []
    while .now - start < time {
        let name = try await greeter.sayHello(.init(name: "all"), .deadline(.seconds(5)).waitForReady).message
        if answered.last != name {
            print("after \((.now - start).formatted(.units(allowed: [.milliseconds]))): \(name) answers")
            answered.append(name)
        }
        try await Task.sleep(for: .milliseconds(20))
    }
    await channel.shutDown()
    return answered
}

do {
    let names = ["early", "late", "night"]
    let servers = names.map { Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [Greeter(name: $0)]) }
    let answered = try await withThrowingTaskGroup(of: Void.self) { group in
        for server in servers { group.addTask { try await server.run() } }
        var addresses: [String] = []
        for server in servers { addresses.append(try await server.addresses()[0].description) }
        let target = "rota:///\(addresses.joined(separator: "/"))?milliseconds=500"
        print("connect to \(target)")
        defer { group.cancelAll() }
        return try await watch(target, for: .seconds(2))
    }
    guard answered.starts(with: ["early", "late", "night", "early"]) else {
        let found = answered.joined(separator: ", ")
        throw RPCError(.internal, "expected early, late, night and early again to answer, not \(found)")
    }
    // A target that is wrong is refused when the channel is made, and the error names the place.
    do { _ = try await watch("rota:///127.0.0.1:1/late", for: .zero) } catch { print("refused: \(error)") }
} catch {
    print("custom-resolver: \(error)")
    exit(1)
}
