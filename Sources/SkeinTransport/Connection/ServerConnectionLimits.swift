// SPDX-License-Identifier: Apache-2.0
package import SkeinHTTP2

/// How long a server keeps a connection, and what it takes for abuse (gRFC A8, A9).
package struct ServerConnectionLimits: Sendable {
    /// From the connection's start to the client's SETTINGS frame.
    package var handshakeTimeout = Duration.seconds(10)
    /// For a header block once it has begun.
    package var headersTimeout = Duration.seconds(10)
    /// Bytes, received or unsent, above which a connection holds its peer back.
    package var connectionBuffer = 16 << 20
    /// Bytes above which it ends calls.
    package var maxConnectionBuffer = 32 << 20
    package var keepalive: Keepalive? = Keepalive(every: .seconds(2 * 60 * 60), withoutCalls: true)
    /// The least time between a client's PINGs.
    package var minimumPingInterval = Duration.seconds(5 * 60)
    package var permitsPingsWithoutCalls = false
    package var age = ConnectionAge.Limits()
    /// How old a stream may get, give or take a tenth, and what it gets to finish then.
    package var streamAge: Duration?
    package var streamAgeGrace = Duration.seconds(10)

    package init() {}
}
