// SPDX-License-Identifier: Apache-2.0
internal import NIOSSL

/// Sees what BoringSSL thinks of each certificate of a peer's chain, and changes nothing: an error can then name the
/// certificate, and the peer's identity has the whole chain. A connection's own, on its loop.
final class ChainRecorder {
    /// From the trust root, which comes first, down to the leaf.
    private var accepted: [NIOSSLCertificate] = []
    private(set) var refused: NIOSSLCertificate?

    /// The chain that was verified, leaf first; empty when the handshake resumed a session.
    var chain: [NIOSSLCertificate] { refused == nil ? accepted.reversed() : [] }

    private func record(_ verdict: NIOSSLVerificationResult, _ certificate: NIOSSLCertificate) {
        switch verdict {
        case .certificateVerified: accepted.append(certificate)
        case .failed: refused = refused ?? certificate
        }
    }

    func clientHandler(_ context: NIOSSLContext, name: String?) throws -> NIOSSLHandler {
        try (Recorded.self as any RecordedHandler.Type).client(context, name: name) { [self] in
            record($0, $1)
            return $0
        }
    }

    func serverHandler(_ context: NIOSSLContext) throws -> NIOSSLHandler {
        try (Recorded.self as any RecordedHandler.Type).server(context) { [self] in
            record($0, $1)
            return $0
        }
    }
}

/// NIOSSL's newer callbacks replace its verification; only these, which it advises against for that purpose, watch it.
/// Behind a protocol, using them is no warning.
private protocol RecordedHandler {
    static func client(
        _ context: NIOSSLContext, name: String?, _ callback: @escaping NIOSSLVerificationCallback
    ) throws -> NIOSSLHandler
    static func server(
        _ context: NIOSSLContext, _ callback: @escaping NIOSSLVerificationCallback
    ) throws -> NIOSSLHandler
}

private enum Recorded: RecordedHandler {
    @available(*, deprecated)
    static func client(
        _ context: NIOSSLContext, name: String?, _ callback: @escaping NIOSSLVerificationCallback
    ) throws -> NIOSSLHandler {
        try NIOSSLClientHandler(context: context, serverHostname: name, verificationCallback: callback)
    }

    @available(*, deprecated)
    static func server(
        _ context: NIOSSLContext, _ callback: @escaping NIOSSLVerificationCallback
    ) throws -> NIOSSLHandler {
        try NIOSSLServerHandler(context: context, verificationCallback: callback)
    }
}
