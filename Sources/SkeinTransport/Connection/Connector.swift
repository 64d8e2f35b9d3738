// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import SkeinCore
package import SkeinHTTP2

/// Makes the connections of a channel.
package struct Connector: Sendable {
    private let configuration: HTTP2Configuration
    private let timeout: Duration
    package var keepalive: ClientKeepalive
    package var transport: any ClientTransport

    /// - Parameters:
    ///   - timeout: for the handshakes of TCP and TLS together, and for the server's SETTINGS.
    ///   - keepalive: of all its connections.
    package init(
        _ configuration: HTTP2Configuration, timeout: Duration, keepalive: ClientKeepalive,
        transport: any ClientTransport
    ) {
        self.configuration = configuration
        self.timeout = timeout
        self.keepalive = keepalive
        self.transport = transport
    }

    /// Starts to connect. The answer tells `delegate` when it is ready, and that it is closed if that fails, but
    /// nothing before this has returned. On the loop.
    package func connect(
        to address: EndpointAddress, on eventLoop: any EventLoop, delegate: any ClientConnectionDelegate
    ) throws -> ClientConnection {
        let connection = try ClientConnection(
            to: address, on: LoopTimers.Group.singleton[eventLoop], configuration: configuration,
            handshakeTimeout: TimeAmount(timeout), keepalive: keepalive, delegate: delegate)
        try transport.open(connection, timeout: timeout)
        return connection
    }
}
