// SPDX-License-Identifier: Apache-2.0

import Foundation
import Skein

// Does a quick method stay quick on a connection whose other calls compute? `bench-handlers` starts itself as a server,
// keeps 100 calls of 5 ms CPU each running on one connection, and calls a quick method on the same one meanwhile.
// Prints the cores that the server used and the latency of the quick calls.

enum Bench {
    static let busy = Method("bench.Handlers", "Busy", .unary, RawCodec.self, RawCodec.self)
    static let quick = Method("bench.Handlers", "Quick", .unary, RawCodec.self, RawCodec.self)
    static let work = Duration.milliseconds(5)
    static let seconds = 5.0
    static let busyCalls = 100
}

struct HandlersService: RPCService {
    let descriptor = ServiceDescriptor("bench.Handlers", methods: [Bench.busy.descriptor, Bench.quick.descriptor])

    func register(with router: inout ServiceRouter) {
        router.unary(Bench.busy) { request, _ in
            let start = threadCPU()
            while threadCPU() - start < Bench.work {}
            return request
        }
        router.unary(Bench.quick) { request, _ in request }
    }
}

func threadCPU() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// CPU seconds of a process so far.
func cpuSeconds(of process: Int32) throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let fields = text[text.index(after: text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    let ticks = fields[11...12].compactMap { Double($0) }.reduce(0, +)
    return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
}

func serve() async throws {
    let server = Server(.tcp("127.0.0.1", port: 0), security: .plaintext, services: [HandlersService()])
    try await withThrowingTaskGroup { group in
        group.addTask { try await server.run(handlingSignals: true) }
        print(try await server.addresses().first?.port ?? 0)
        fflush(nil)
        try await group.waitForAll()
    }
}

func measure(_ process: Int32, _ port: Int) async throws {
    nice(10)
    let channel = try Channel("ipv4:127.0.0.1:\(port)", security: .plaintext)
    let busy = UnaryMethod(Bench.busy, on: channel)
    let quick = UnaryMethod(Bench.quick, on: channel)
    _ = try await quick(Buffer())
    let before = try cpuSeconds(of: process)
    let start = ContinuousClock.now
    let end = start + .seconds(Bench.seconds)
    var latencies: [Duration] = []
    try await withThrowingTaskGroup { group in
        for _ in 0..<Bench.busyCalls {
            group.addTask { while ContinuousClock.now < end { _ = try await busy(Buffer()) } }
        }
        while ContinuousClock.now < end {
            let sent = ContinuousClock.now
            _ = try await quick(Buffer())
            latencies.append(.now - sent)
            try await Task.sleep(for: .milliseconds(1))
        }
        try await group.waitForAll()
    }
    let cores = (try cpuSeconds(of: process) - before) / ((.now - start) / .seconds(1))
    latencies.sort()
    let shares = [0.5, 0.99].map { latencies[Int(Double(latencies.count - 1) * $0)] / .milliseconds(1) }
    print(
        String(
            format: "cores used by the server: %.2f of %ld; quick calls: %ld, p50 %.2f ms, p99 %.2f ms", cores,
            ProcessInfo.processInfo.activeProcessorCount, latencies.count, shares[0], shares[1]))
    await channel.shutDown()
}

if CommandLine.arguments.contains("serve") {
    try await serve()
} else {
    let child = Process()
    let output = Pipe()
    child.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    child.arguments = ["serve"]
    child.standardOutput = output
    try child.run()
    defer { kill(child.processIdentifier, SIGKILL) }
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
        print("the server did not start")
        exit(1)
    }
    try await measure(child.processIdentifier, port)
}
