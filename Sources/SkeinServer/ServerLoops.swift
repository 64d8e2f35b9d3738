// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix
internal import SkeinTransport

/// The event loops of a server: the process's, or its own, which end when nobody refers to them any more. A cancelled
/// handler may outlive its server's `run` and still needs them.
final class ServerLoops: Sendable {
    let group: MultiThreadedEventLoopGroup
    let all: [any EventLoop]
    let timers: LoopTimers.Group
    private let isOwned: Bool

    /// - Parameter count: of a group of its own; `nil` for the process's group.
    init(_ count: Int?) {
        isOwned = count != nil
        group = count.map { MultiThreadedEventLoopGroup(numberOfThreads: max(1, $0)) } ?? .singleton
        all = Array(group.makeIterator())
        timers = isOwned ? LoopTimers.Group(all) : .singleton
    }

    deinit {
        if isOwned { group.shutdownGracefully { _ in } }
    }
}
