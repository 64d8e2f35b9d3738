// SPDX-License-Identifier: Apache-2.0
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Greeting

// A load client on grpc-swift 2 for one connection; its options and its line of output are those of bench-client.
let outstanding = option("--outstanding", 100)

try await withGRPCClient(
    transport: .http2NIOPosix(
        target: .ipv4(address: "127.0.0.1", port: option("--port", 50051)), transportSecurity: .plaintext)
) { client in
    let call: @Sendable () async throws -> Bool = {
        try await Greeter.sayHello("world", on: client) == "Hello world"
    }
    let warmUp = await Load(outstanding: outstanding, calls: option("--warmup", 5_000), seconds: 60, call).run()
    guard warmUp.failed == 0 else { exit(1) }

    let start = seconds(CLOCK_MONOTONIC)
    let cpuAtStart = seconds(CLOCK_PROCESS_CPUTIME_ID)
    let result = await Load(
        outstanding: outstanding, calls: option("--calls", .max), seconds: option("--seconds", 3_600), call
    ).run()
    let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpuAtStart
    let elapsed = seconds(CLOCK_MONOTONIC) - start

    let latencies = result.latencies.sorted()
    let calls = latencies.count
    func quantile(_ share: Double) -> Int {
        calls == 0 ? 0 : Int(latencies[Int(share * Double(calls - 1))])
    }
    let cost = cpu / Double(max(calls, 1)) * 100_000
    print(
        "calls=\(calls) failed=\(result.failed) seconds=\(rounded(elapsed))",
        "calls_per_second=\(Int(Double(calls) / elapsed)) cpu_per_100k=\(rounded(cost))",
        "p50_us=\(quantile(0.5)) p99_us=\(quantile(0.99))")
    exit(result.failed > 0 || calls == 0 ? 1 : 0)
}

func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
