// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Synchronization

/// The connections that probes have open. One too many closes the oldest, so that idle ones cannot keep a probe out.
final class ProbeConnections: Sendable {
    static let limit = 64

    private let open = Mutex<[any Channel]>([])

    func add(_ channel: any Channel) {
        let oldest = open.withLock { open in
            open.append(channel)
            return open.count > ProbeConnections.limit ? open.removeFirst() : nil
        }
        oldest?.close(promise: nil)
        channel.closeFuture.whenComplete { [self] _ in open.withLock { $0.removeAll { $0 === channel } } }
    }
}
