// SPDX-License-Identifier: Apache-2.0
package import Logging
package import NIOCore
internal import NIOSSL
package import SkeinCore

/// The TLS of a server's connections.
package final class ServerTLS: Sendable {
    private let source: TLSContextSource
    private let isVerifying: Bool

    /// Reads the files that the configuration names. Blocks. No TLS, no `ServerTLS`.
    package init?(_ security: TransportSecurity, logger: Logger?) throws(ConfigurationError) {
        guard case .tls(let configuration) = security.kind else { return nil }
        source = try TLSContextSource(configuration, for: .server, logger: logger)
        isVerifying = configuration.peerVerification.asksForCertificate(.server)
    }

    /// Reads the files again when they change, if the configuration asks for that, until `stop`.
    package func watch(on eventLoop: any EventLoop) { source.watch(on: eventLoop) }

    package func stop() { source.stop() }

    /// Puts TLS into the pipeline of an accepted channel, and `socketHandler`, which joins it to `connection`, when the
    /// handshake is done.
    func addHandlers(
        to channel: any NIOCore.Channel, for socketHandler: SocketHandler, of connection: ServerConnection,
        log: RefusalLog
    ) throws {
        let peer = connection.peer
        let recorder = ChainRecorder()
        let handler = try recorder.serverHandler(source.current)
        let lingering = LingeringCloseHandler(connection.timers)
        let subject = TLSHandshakeHandler.Subject(
            handler: handler, recorder: recorder, peer: "client", isVerified: isVerifying, name: nil,
            companions: [lingering])
        var isPlaintext = false
        let handshake = TLSHandshakeHandler(
            subject, deadline: connection.handshakeDeadline, timers: connection.timers
        ) { result in
            switch result {
            case .success(let session):
                connection.peer.tls = session
                return socketHandler
            case .failure(let failure):
                if !isPlaintext { log.report("refused a TLS handshake: \(failure)", peer) }
                connection.disconnected(failure)
                return nil
            }
        }
        // TLS answers other protocols with an alert, which some clients show.
        let firstBytes = FirstBytesHandler { wire in
            isPlaintext = wire == .http2Preface || wire == .http1Request
            if isPlaintext { log.report("a client spoke plaintext to the TLS port", peer) }
            return nil
        }
        try channel.pipeline.syncOperations.addHandlers([lingering, firstBytes, handler, handshake])
        connection.stopConnecting = { channel.close(promise: nil) }
    }

    /// What a server that speaks plaintext makes of a client's first bytes.
    static func judgePlaintext(_ wire: WireProtocol, _ peer: Peer, _ log: RefusalLog) -> (any Error)? {
        switch wire {
        case .tls:
            log.report("a client spoke TLS to the plaintext port", peer)
            return TLSFailure("the client speaks TLS")
        case .http1Request:
            log.report("a client spoke HTTP/1.1 to the gRPC port", peer)
            return TLSFailure("the client speaks HTTP/1.1")
        case .http2Preface, .http2Settings, .http1Response, .unknown: return nil
        }
    }
}
