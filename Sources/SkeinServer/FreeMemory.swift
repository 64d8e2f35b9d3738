// SPDX-License-Identifier: Apache-2.0
internal import CSkein
internal import NIOCore
internal import Synchronization

/// Gives memory back to the system a while after connections have closed. Many of them, or what calls had buffered,
/// would otherwise stay with the process, as free memory of the C library, until it ends.
final class FreeMemory: Sendable {
    private static let delay = TimeAmount.seconds(2)
    /// Less is worth no work.
    private static let least = 8 << 20

    private let isScheduled = Atomic(false)

    /// On the connection's loop. `launcher` is that of the loop, which is not to wait for the work.
    func connectionClosed(on eventLoop: any EventLoop, _ launcher: HandlerLauncher?) {
        guard let launcher, !isScheduled.exchange(true, ordering: .relaxed) else { return }
        eventLoop.assumeIsolated().scheduleTask(in: FreeMemory.delay) { [self, weak launcher] in
            isScheduled.store(false, ordering: .relaxed)
            launcher?.runOnPool { skein_release_free_memory(FreeMemory.least) }
        }
    }
}
