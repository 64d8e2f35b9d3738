// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import SkeinCore

/// Stands where a connection will be until the TLS handshake is done: then it puts the connection there and leaves.
final class TLSHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    typealias Completion = (Result<Peer.TLSSession, TLSFailure>) -> SocketHandler?

    /// What is watched.
    struct Subject {
        let handler: NIOSSLHandler
        let recorder: ChainRecorder
        /// Who the other side is, for errors: `client` or `server`.
        let peer: String
        /// Whether the peer's certificate, if there is one, was verified.
        let isVerified: Bool
        /// The name that it must have.
        let name: ServerName?
        /// Gone from the pipeline once the handshake is done.
        let companions: [any RemovableChannelHandler]
    }

    private let subject: Subject
    private let deadline: NIODeadline
    private let timers: LoopTimers
    private var completion: Completion?
    private var timer: LoopTimer?

    /// - Parameters:
    ///   - timers: of the channel's loop.
    ///   - completion: called once: with success, it gives the handler that goes on from here.
    init(_ subject: Subject, deadline: NIODeadline, timers: LoopTimers, completion: @escaping Completion) {
        self.subject = subject
        self.deadline = deadline
        self.timers = timers
        self.completion = completion
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let start = NIODeadline.now()
        timer = timers.schedule(at: deadline) { [self] in
            let milliseconds = (deadline - start).nanoseconds / 1_000_000
            fail(TLSFailure("the TLS handshake did not end within \(milliseconds) ms"), context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case TLSUserEvent.handshakeCompleted(let chosen)? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        guard completion != nil else { return }
        do throws(TLSFailure) { succeed(try session(chosen), context) } catch { fail(error, context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(TLSFailure(error, peer: subject.peer, refused: subject.recorder.refused), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(TLSFailure("the \(subject.peer) closed the connection during the TLS handshake"), context)
        context.fireChannelInactive()
    }

    // MARK: the end of the handshake

    private func session(_ chosen: String?) throws(TLSFailure) -> Peer.TLSSession {
        guard chosen == "h2" else { throw .noALPN(chosen, peer: subject.peer) }
        var chain = subject.recorder.chain
        if chain.isEmpty, let leaf = subject.handler.peerCertificate { chain = [leaf] }
        let certificate = Peer.Certificate(chain)
        if let name = subject.name {
            guard let certificate else { throw TLSFailure("the server sent no certificate") }
            guard name.isProven(by: certificate) else { throw .wrongName(certificate, expected: name) }
        }
        let version = subject.handler.tlsVersion == .tlsv13 ? "TLSv1.3" : "TLSv1.2"
        return Peer.TLSSession(version: version, certificate: subject.isVerified ? certificate : nil)
    }

    private func succeed(_ session: Peer.TLSSession, _ context: ChannelHandlerContext) {
        guard let completion = completion.take() else { return }
        timer?.cancel()
        guard let next = completion(.success(session)) else { return context.close(promise: nil) }
        let pipeline = context.pipeline.syncOperations
        for companion in subject.companions { pipeline.removeHandler(companion, promise: nil) }
        do {
            // The connection starts as soon as it is there.
            try pipeline.addHandler(next, position: .after(self))
            pipeline.removeHandler(context: context, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    private func fail(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
        guard let completion = completion.take() else { return }
        timer?.cancel()
        context.close(promise: nil)
        _ = completion(.failure(failure))
    }
}
