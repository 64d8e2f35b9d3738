// SPDX-License-Identifier: Apache-2.0

import BenchProtos
import Glibc
import Skein

// A load client on the public API and generated stubs, for one connection:
// `bench-client --port N [--outstanding N] [--calls N] [--seconds N] [--warmup N]`.
// Prints one line of name=value pairs.

let outstanding = option("--outstanding", 100)
let channel = try Channel("ipv4:127.0.0.1:\(option("--port", 50051))", security: .plaintext)
let greeter = Helloworld_Greeter.Client(channel)

let warmUp = await Load(greeter, outstanding: outstanding, calls: option("--warmup", 5_000), seconds: 60).run()
guard warmUp.failed == 0 else { exit(1) }

let start = seconds(CLOCK_MONOTONIC)
let cpuAtStart = seconds(CLOCK_PROCESS_CPUTIME_ID)
let load = Load(greeter, outstanding: outstanding, calls: option("--calls", .max), seconds: option("--seconds", 3_600))
let result = await load.run()
let cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpuAtStart
let elapsed = seconds(CLOCK_MONOTONIC) - start

let latencies = result.latencies.sorted()
let calls = latencies.count
func quantile(_ share: Double) -> Int {
    calls == 0 ? 0 : Int(latencies[Int(share * Double(calls - 1))])
}
print(
    "calls=\(calls) failed=\(result.failed) seconds=\(rounded(elapsed))",
    "calls_per_second=\(Int(Double(calls) / elapsed)) cpu_per_100k=\(rounded(cpu / Double(max(calls, 1)) * 100_000))",
    "p50_us=\(quantile(0.5)) p99_us=\(quantile(0.99))")
await channel.shutDown(grace: .zero)
exit(result.failed > 0 || calls == 0 ? 1 : 0)

/// The number after `name` on the command line, or `fallback` without it.
func option(_ name: String, _ fallback: Int) -> Int {
    guard let index = CommandLine.arguments.firstIndex(of: name) else { return fallback }
    guard let word = CommandLine.arguments.dropFirst(index + 1).first, let number = Int(word), number >= 0 else {
        print("option \(name) needs a number")
        exit(2)
    }
    return number
}

func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
