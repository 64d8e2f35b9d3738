// SPDX-License-Identifier: Apache-2.0
package import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
package import SkeinCore

/// The TLS of a channel's connections.
package final class ClientTLS: Sendable {
    private let source: TLSContextSource
    /// `nil`: each server must prove its address.
    private let name: ServerName?
    private let verification: TLSConfiguration.PeerVerification

    /// Reads the files that the configuration names, and again when they change, if it asks for that. Blocks.
    ///
    /// - Parameters:
    ///   - security: no TLS, no `ClientTLS`.
    ///   - authority: of the channel's calls: the server's name unless the configuration has one.
    package init?(
        _ security: TransportSecurity, authority: String, logger: Logger?
    ) throws(ConfigurationError) {
        guard case .tls(let configuration) = security.kind else { return nil }
        source = try TLSContextSource(configuration, for: .client, logger: logger)
        verification = configuration.peerVerification
        if let text = configuration.serverName {
            name = ServerName(text)
            guard ClientTLS.isUsable(text) else {
                throw ConfigurationError(
                    "use TLS server name \(JSONValue.quoted(text)): expected a host name or an IP address")
            }
        } else {
            name = ServerName(authority: authority)
        }
        source.watch(on: MultiThreadedEventLoopGroup.singleton.next())
    }

    /// Whether servers must prove to have the name of the service; an address may be another's by now.
    var verifiesName: Bool { name != nil && verification.asksForName }

    private static func isUsable(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && name.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    /// Puts TLS into the pipeline of a new channel, and `connection` when the handshake is done.
    func addHandlers(
        to channel: any NIOCore.Channel, for connection: ClientConnection, deadline: NIODeadline
    ) throws {
        let name = name ?? ServerName(connection.address.host)
        let recorder = ChainRecorder()
        let handler = try recorder.clientHandler(source.current, name: name.indication)
        let isVerified = verification.asksForCertificate(.client)
        let subject = TLSHandshakeHandler.Subject(
            handler: handler, recorder: recorder, peer: "server", isVerified: isVerified,
            name: verification.asksForName ? name : nil, companions: [])
        let handshake = TLSHandshakeHandler(subject, deadline: deadline, timers: connection.timers) { result in
            switch result {
            case .success: return SocketHandler(connection, timers: connection.timers)
            case .failure(let failure):
                connection.connectFailed(failure)
                return nil
            }
        }
        let firstBytes = FirstBytesHandler { wire in
            wire == .tls ? nil : TLSFailure("the server does not speak TLS; is it a plaintext server?")
        }
        try channel.pipeline.syncOperations.addHandlers([firstBytes, handler, handshake])
    }

    /// What a client that speaks plaintext makes of a server's first bytes.
    static func judgePlaintext(_ wire: WireProtocol) -> (any Error)? {
        switch wire {
        case .tls: TLSFailure("the server speaks TLS; use security .tls")
        case .http1Response: TLSFailure("the server answered with HTTP/1; is it a gRPC server?")
        case .http2Preface, .http2Settings, .http1Request, .unknown: nil
        }
    }
}
