// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import SkeinCore

/// Makes the connections of a channel: over sockets, or in memory.
package protocol ConnectionMaker: Sendable {
    /// Starts to connect. The answer tells `delegate` when it is ready, and that it is closed if that fails, but
    /// nothing before this has returned. On the loop.
    func connect(
        to address: EndpointAddress, on eventLoop: any EventLoop, delegate: any ClientConnectionDelegate
    ) throws -> ClientConnection
}
