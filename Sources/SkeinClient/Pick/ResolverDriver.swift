// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import SkeinTransport
internal import Synchronization

/// Runs a channel's resolver while the channel is active, again after a backoff when it fails.
final class ResolverDriver: Sendable {
    private struct Run {
        let task: Task<Void, Never>
        let mailbox: ResolutionMailbox
    }

    private let resolver: any Resolver
    private let backoff: Backoff
    private let receive: @Sendable (Result<Resolution, RPCError>) -> Bool
    private let run = Mutex<Run?>(nil)

    init(
        _ resolver: any Resolver, backoff: Backoff, receive: @escaping @Sendable (Result<Resolution, RPCError>) -> Bool
    ) {
        self.resolver = resolver
        self.backoff = backoff
        self.receive = receive
    }

    func start() {
        let isStopped = StopFlag()
        let mailbox = ResolutionMailbox { [receive] in isStopped.isSet ? false : receive($0) }
        let task = Task { @concurrent [resolver, backoff, receive] in
            await withTaskCancellationHandler {
                await ResolverDriver.loop(resolver, mailbox, backoff) {
                    _ = isStopped.isSet ? false : receive(.failure($0))
                }
            } onCancel: {
                isStopped.set()
            }
        }
        run.withLock { $0 = Run(task: task, mailbox: mailbox) }
    }

    func stop() {
        run.withLock { $0.take() }?.task.cancel()
    }

    func requestRefresh() {
        run.withLock { $0?.mailbox }?.requestRefresh()
    }

    private static func loop(
        _ resolver: any Resolver, _ mailbox: ResolutionMailbox, _ backoff: Backoff, failed: (RPCError) -> Void
    ) async {
        var failures = 0
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                try await resolver.run(ResolutionUpdates(mailbox))
                return
            } catch {
                guard !Task.isCancelled else { return }
                failed(RPCError(resolutionFailure: error))
            }
            failures = ContinuousClock.now - start > backoff.maximum ? 1 : failures + 1
            let delay = backoff.delay(afterFailures: failures, chance: .random(in: 0..<1))
            _ = try? await Task.sleep(until: start + delay, clock: .continuous)
        }
    }
}

/// Cuts off a resolver that still publishes after it was cancelled.
private final class StopFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}
