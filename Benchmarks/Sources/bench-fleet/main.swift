// SPDX-License-Identifier: Apache-2.0
import BenchProtos
import Foundation
import Skein

// One server or one client of a fleet whose servers emulate work, so that a dozen of them need a fraction of a core:
//   bench-fleet server --speed 0.5 --cores 4 --demand 0.08 --seed 1     prints "listening PORT", runs until SIGTERM
//   bench-fleet computing-server --demand 0.004 --seed 1                the same, but computes
//   bench-fleet client --ports 1,2,3 --policy NAME --rate 140 --seconds 15 --warmup 5 --timeout 5 --seed 1
//                                                                       prints latencies in microseconds, a line each

/// The number after `--name` on the command line.
func number(_ name: String) -> Double {
    guard let value = Double(word(name)) else { stop("expected a number after --\(name)") }
    return value
}

func word(_ name: String) -> String {
    let words = CommandLine.arguments
    guard let index = words.firstIndex(of: "--\(name)"), index + 1 < words.count else { stop("expected --\(name)") }
    return words[index + 1]
}

func stop(_ message: String) -> Never {
    FileHandle.standardError.write(Data("bench-fleet: \(message)\n".utf8))
    exit(2)
}

func serve(_ service: some RPCService, cores: Int, beside body: @escaping @Sendable () async -> Void) async throws {
    let server = Server(
        .tcp("127.0.0.1", port: 0), security: .plaintext, services: [service, LoadReporting(parallelism: cores)])
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run(handlingSignals: true) }
        group.addTask { await body() }
        if let port = try await server.addresses().first?.port {
            print("listening \(port)")
            fflush(nil)
        }
        try await group.next()
        group.cancelAll()
    }
}

switch CommandLine.arguments.dropFirst().first {
case "server":
    let queue = SharedQueue(cores: number("cores"), speed: number("speed"))
    let service = EmulatedService(queue: queue, demand: number("demand"), seed: UInt64(number("seed")))
    try await serve(service, cores: Int(number("cores"))) { await queue.run() }
case "computing-server":
    let service = ComputingService(demand: number("demand"), seed: UInt64(number("seed")))
    try await serve(service, cores: 1) { try? await Task.sleep(for: .seconds(86_400)) }
case "client":
    let target = word("ports").split(separator: ",").map { "127.0.0.1:\($0)" }.joined(separator: ",")
    let channel = try Channel(
        "ipv4:\(target)", security: .plaintext,
        options: .loadBalancing(try LoadBalancing(policy: word("policy"), json: "{}")))
    let client = OpenLoop(
        Helloworld_Greeter.Client(channel), rate: number("rate"), timeout: .seconds(number("timeout")),
        seed: UInt64(number("seed")))
    await client.run(for: .seconds(number("warmup")))
    let latencies = await client.run(for: .seconds(number("seconds")))
    print(latencies.map(String.init).joined(separator: "\n"))
    await channel.shutDown(grace: .zero)
default: stop("expected server, computing-server or client")
}
