// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein

/// A greeter that takes a moment and says who it is.
struct Greeter: Helloworld_Greeter.Service {
    let name: String

    func sayHello(_ request: Helloworld_HelloRequest, context: ServerContext) async throws -> Helloworld_HelloReply {
        try await Task.sleep(for: .milliseconds(5))
        return Helloworld_HelloReply(message: name)
    }
}

let names = ["red", "green", "blue"]
let users = (1...12).map { "user-\($0)" }

/// 600 calls, 24 at a time: half of them by one busy user, the rest by the other eleven. Who answered whom.
func answers(_ greeter: Helloworld_Greeter.Client) async throws -> [(user: String, server: String)] {
    try await withThrowingTaskGroup(of: [(user: String, server: String)].self) { group in
        for loop in 0..<24 {
            group.addTask {
                var mine: [(user: String, server: String)] = []
                for turn in 0..<25 {
                    let user = loop % 2 == 0 ? users[0] : users[1 + (loop + turn) % 11]
                    mine.append((user, try await greeter.sayHello(.init(name: user), .hashKey(user)).message))
                }
                return mine
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
}

/// Makes the calls with `policy` and prints one line: the servers' shares, and how many users stayed with one server.
func compare(_ title: String, _ policy: LoadBalancing, _ addresses: [EndpointAddress]) async throws -> Int {
    let target = "ipv4:\(addresses.map(\.description).joined(separator: ","))"
    let channel = try Channel(
        target, security: .plaintext, options: .policy(Sticky.self).loadBalancing(policy))
    channel.connect()
    for await state in channel.states where state.isReady { break }
    try await Task.sleep(for: .milliseconds(200))  // ready with the first server: give the others time to connect
    let answers = try await answers(Helloworld_Greeter.Client(channel))
    await channel.shutDown()
    let shares = names.map { name in "\(name) \(answers.count { $0.server == name } * 100 / answers.count)%" }
    let loyal = users.count { user in Set(answers.filter { $0.user == user }.map(\.server)).count == 1 }
    print("\(title): \(shares.joined(separator: ", ")); \(loyal) of \(users.count) users met one server only")
    return loyal
}

do {
    let servers = names.map { Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [Greeter(name: $0)]) }
    try await withThrowingTaskGroup(of: Void.self) { group in
        for server in servers { group.addTask { try await server.run() } }
        defer { group.cancelAll() }
        var addresses: [EndpointAddress] = []
        for server in servers { addresses.append(try await server.addresses()[0]) }

        let balanced = try await compare("round_robin           ", .roundRobin, addresses)
        let sticky = try await compare("sticky                ", .policy(Sticky.self), addresses)
        // The same policy by its name, as a service config in JSON would have it.
        let policy = try LoadBalancing(policy: "sticky", json: #"{"maxInFlight": 10}"#)
        _ = try await compare("sticky, 10 in flight  ", policy, addresses)
        guard balanced == 0, sticky == users.count else {
            throw RPCError(.internal, "expected round_robin to spread every user and sticky to spread none")
        }
    }
} catch {
    print("custom-policy: \(error)")
    exit(1)
}
