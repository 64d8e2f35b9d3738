// SPDX-License-Identifier: Apache-2.0
@testable import SkeinClient

/// Tells whether a channel is still there.
final class WeakChannel: Sendable {
    private weak let core: ChannelCore?

    init(_ channel: Channel) { core = channel.core }

    var isGone: Bool { core == nil }
}
