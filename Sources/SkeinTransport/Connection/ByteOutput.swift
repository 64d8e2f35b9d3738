// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Where a connection's bytes go: a socket, or the other end of a pipe in memory. Used on the connection's loop only.
package protocol ByteOutput: AnyObject {
    /// Whether more bytes should be written now. When that turns true again, the connection is told.
    var isWritable: Bool { get }
    /// Writes and flushes. May call back into the connection before it returns.
    func write(_ bytes: ByteBuffer)
    /// Closes both directions, after what was written. The connection is told by `disconnected`.
    func close()
}

/// What a transport tells a connection, on the connection's loop.
package protocol ByteInput: AnyObject {
    func connected(to output: any ByteOutput)
    func received(_ bytes: ByteBuffer)
    /// The end of a burst: nothing more can be read for now.
    func receivedBurst()
    func becameWritable()
    /// Exactly once, and last. `error` is nil when the peer or we closed in good order.
    func disconnected(_ error: (any Error)?)
}
