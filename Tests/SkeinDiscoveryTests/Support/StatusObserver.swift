// SPDX-License-Identifier: Apache-2.0
import SkeinDiscovery
import Synchronization

/// Remembers what a channel is told of its registry.
final class StatusObserver: DiscoveryObserver {
    private let seen = Mutex<[DiscoveryStatus]>([])

    func discoveryChanged(_ status: DiscoveryStatus) { seen.withLock { $0.append(status) } }

    var all: [DiscoveryStatus] { seen.withLock(\.self) }
}
