// SPDX-License-Identifier: Apache-2.0
import Skein
import SkeinCore
import Synchronization

/// The methods that attacks aim at. Messages are bytes.
struct TargetService: RPCService {
    static let echo = Method("robustness.Target", "Echo", .unary, RawCodec.self, RawCodec.self)
    static let wait = Method("robustness.Target", "Wait", .unary, RawCodec.self, RawCodec.self)
    static let stats = Method("robustness.Target", "Stats", .unary, RawCodec.self, RawCodec.self)
    static let large = Method("robustness.Target", "Large", .unary, RawCodec.self, RawCodec.self)
    static let pour = Method("robustness.Target", "Pour", .serverStreaming, RawCodec.self, RawCodec.self)
    static let collect = Method("robustness.Target", "Collect", .clientStreaming, RawCodec.self, RawCodec.self)
    static let sleep = Method("robustness.Target", "Sleep", .clientStreaming, RawCodec.self, RawCodec.self)

    private static let piece = Buffer([UInt8](repeating: 65, count: 16 << 10))
    private static let mebibyte = Buffer([UInt8](repeating: 65, count: 1 << 20))

    /// How many handlers of `Wait` run, and the most that ever did.
    private let counts = Counts()

    private final class Counts: Sendable {
        let running = Mutex((now: 0, most: 0, all: 0))
    }

    var descriptor: ServiceDescriptor {
        ServiceDescriptor(
            "robustness.Target",
            methods: [
                TargetService.echo.descriptor, TargetService.wait.descriptor, TargetService.stats.descriptor,
                TargetService.large.descriptor, TargetService.pour.descriptor, TargetService.collect.descriptor,
                TargetService.sleep.descriptor,
            ])
    }

    func register(with router: inout ServiceRouter) {
        router.unary(TargetService.echo) { request, _ in request }
        router.unary(TargetService.wait) { request, _ in
            counted { $0.now += 1 }
            defer { counted { $0.now -= 1 } }
            await untilCancelled()
            return request
        }
        router.unary(TargetService.stats) { _, _ in
            let (now, most, all) = counts.running.withLock { $0 }
            return Buffer("\(now) \(most) \(all)".utf8)
        }
        // A response of a mebibyte.
        router.unary(TargetService.large) { _, _ in TargetService.mebibyte }
        // Responses of 16 KiB without an end.
        router.serverStreaming(TargetService.pour) { _, responses, _ in
            let message = TargetService.piece
            while true { try await responses.write(message) }
        }
        router.clientStreaming(TargetService.collect) { requests, _ in
            var bytes = 0
            for try await request in requests { bytes += request.count }
            return Buffer("\(bytes)".utf8)
        }
        // Never reads.
        router.clientStreaming(TargetService.sleep) { _, _ in
            await untilCancelled()
            return Buffer()
        }
    }

    /// Not by sleeping: the timer of a sleep outlives the task.
    private func untilCancelled() async {
        let (never, continuation) = AsyncStream<Void>.makeStream()
        for await _ in never {}
        continuation.finish()
    }

    private func counted(_ change: (inout (now: Int, most: Int, all: Int)) -> Void) {
        counts.running.withLock { running in
            let before = running.now
            change(&running)
            if running.now > before { running.all += 1 }
            running.most = max(running.most, running.now)
        }
    }
}
