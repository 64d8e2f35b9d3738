// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinClient
import SkeinCore
import SkeinServer
import Testing

private let streamBytes = ProcessInfo.processInfo.environment["SKEIN_STREAM_BYTES"].flatMap { Int($0) }

/// Runs when `SKEIN_STREAM_BYTES` says how much to stream, and then alone in its process, whose memory is measured with
/// both ends of the stream in it.
@Suite(
    "memory of long streams", .serialized, .enabled(if: streamBytes != nil), .timeLimit(.minutes(10)))
struct StreamMemoryTests {
    private static let size = 64 << 10
    /// A reader that pauses after so many messages is slower than any writer.
    private static let messagesPerPause = 16
    private static let allowedGrowth = 16 << 20

    private var count: Int { (streamBytes ?? 0) / Self.size }

    private static func residentBytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii)) ?? ""
        return status.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 } ?? 0
    }

    /// Calls `body` for a stream of 32 MiB, which fills windows and caches, then for the whole, during which the process
    /// may not grow by more than is allowed.
    private func checkGrowth(_ body: (_ messages: Int, _ sample: @escaping @Sendable () -> Void) async throws -> Void)
        async throws
    {
        try await body((32 << 20) / Self.size) {}
        let before = Self.residentBytes()
        let samples = Recorder<Int>()
        try await body(count) { samples.record(Self.residentBytes()) }
        let most = try #require(samples.all.max())
        print("streamed \((count * Self.size) >> 20) MiB: \((most - before) >> 10) KiB more than before at most")
        #expect(most - before < Self.allowedGrowth)
    }

    @Test("a server that streams to a client that reads slowly does not grow")
    func server() async throws {
        let service = EchoService(expand: { request, responses, _ in
            for index in 0..<(Int(request.text) ?? 0) {
                try await responses.write(Buffer(count: Self.size, seed: index))
            }
        })
        try await CallWorld.with(.tcp, service) { world in
            try await checkGrowth { messages, sample in
                var index = 0
                for try await response in try await world.echo.expand(Buffer("\(messages)")) {
                    if !response.isSame(as: Buffer(count: Self.size, seed: index)) {
                        Issue.record("message \(index) is another")
                    }
                    index += 1
                    if index.isMultiple(of: Self.messagesPerPause) {
                        sample()
                        await pause()
                    }
                }
                #expect(index == messages)
            }
        }
    }

    @Test("a client that streams to a server that reads slowly does not grow")
    func client() async throws {
        let samples = Recorder<@Sendable () -> Void>()
        let service = EchoService(collect: { requests, _ in
            let sample = samples.all.last
            var index = 0
            for try await request in requests {
                guard request.isSame(as: Buffer(count: Self.size, seed: index)) else {
                    throw RPCError(.dataLoss, "message \(index)")
                }
                index += 1
                if index.isMultiple(of: Self.messagesPerPause) {
                    sample?()
                    await pause()
                }
            }
            return Buffer("\(index)")
        })
        try await CallWorld.with(.tcp, service) { world in
            try await checkGrowth { messages, sample in
                samples.record(sample)
                let reply = try await world.echo.collect { requests in
                    for index in 0..<messages { try await requests.write(Buffer(count: Self.size, seed: index)) }
                }
                #expect(reply.text == "\(messages)")
            }
        }
    }
}
