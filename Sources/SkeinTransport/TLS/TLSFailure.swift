// SPDX-License-Identifier: Apache-2.0
internal import NIOSSL
internal import SkeinCore

/// Why TLS could not be established or has ended, in words that say what to do. The one place that knows BoringSSL's.
struct TLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// - Parameters:
    ///   - peer: `client` or `server`, as the error is about it.
    ///   - refused: the certificate of the peer that did not verify, if that is known.
    init(_ error: any Error, peer: String, refused: NIOSSLCertificate? = nil) {
        if let error = error as? TLSFailure {
            self = error
        } else if let refused {
            self.init(TLSFailure.describe(refused, peer))
        } else {
            self.init(TLSFailure.describe(error, peer))
        }
    }

    static func noALPN(_ chosen: String?, peer: String) -> TLSFailure {
        let found = chosen.map { $0.isEmpty ? "nothing" : "\"\($0)\"" } ?? "nothing"
        return TLSFailure("the \(peer) did not negotiate h2 (ALPN), but \(found); gRPC needs HTTP/2")
    }

    static func wrongName(_ certificate: Peer.Certificate, expected: ServerName) -> TLSFailure {
        TLSFailure("the server's certificate is for \(certificate.subjects), not for \(expected)")
    }

    // MARK: words

    private static func describe(_ certificate: NIOSSLCertificate, _ peer: String) -> String {
        if let problem = certificate.problem(at: CertificateDate.now) {
            return "the \(peer)'s certificate \(certificate.title) \(problem)"
        }
        let issuer = certificate.issuerName.last { $0.type == .commonName } ?? certificate.issuerName.last
        let from = issuer.map { " (issued by \"\($0.value)\")" } ?? ""
        return "the \(peer)'s certificate \(certificate.title)\(from) is not trusted: no trust root vouches for it"
    }

    private static func describe(_ error: any Error, _ peer: String) -> String {
        switch error {
        case NIOSSLError.uncleanShutdown: return "the \(peer) cut the connection (no close_notify)"
        case NIOSSLError.handshakeFailed(let inner), NIOSSLError.shutdownFailed(let inner): return words(inner, peer)
        case let error as BoringSSLError: return words(error, peer)
        default: return ConnectError.text(for: error)
        }
    }

    private static func words(_ error: BoringSSLError, _ peer: String) -> String {
        switch error {
        case .sslError(let stack), .unknownError(let stack), .invalidSNIName(let stack), .failedToSetALPN(let stack):
            if stack.contains(.eofDuringHandshake) {
                return "the \(peer) closed the connection during the TLS handshake; does it speak TLS?"
            }
            let reasons = stack.compactMap { reason(in: "\($0)") }
            for (names, text) in meanings where reasons.contains(where: names.contains) {
                return text.replacing("PEER", with: peer)
            }
            let known = reasons.first.map { $0.lowercased().replacing("_", with: " ") } ?? "\(stack)"
            return "TLS failed: \(known)"
        case .zeroReturn: return "the \(peer) closed the connection"
        default: return "TLS failed: \(error)"
        }
    }

    /// `Error: 268436502 error:1000042e:SSL routines:OPENSSL_internal:REASON at file.cc:12`
    private static func reason(in text: String) -> String? {
        guard let range = text.firstRange(of: "OPENSSL_internal:") else { return nil }
        return String(text[range.upperBound...].prefix { $0 != " " })
    }

    /// The first that fits; alerts are named after what the other side said of ours.
    private static let meanings: [(Set<String>, String)] = [
        (
            ["TLSV1_ALERT_NO_APPLICATION_PROTOCOL", "NO_APPLICATION_PROTOCOL"],
            "the PEER did not negotiate h2 (ALPN): it has no protocol in common with us"
        ),
        (
            ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST"],
            "the PEER does not speak TLS; is it plaintext?"
        ),
        (
            [
                "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION",
                "NO_SUPPORTED_VERSIONS_ENABLED",
            ],
            "the PEER and we have no version of TLS in common"
        ),
        (
            ["NO_SHARED_CIPHER", "SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_GROUP", "NO_COMMON_SIGNATURE_ALGORITHMS"],
            "the PEER and we have no TLS parameters in common, or it wants a client certificate"
        ),
        (
            ["TLSV1_ALERT_CERTIFICATE_REQUIRED", "TLSV1_CERTIFICATE_REQUIRED"],
            "the PEER requires a client certificate; give the TLS configuration an identity"
        ),
        (["PEER_DID_NOT_RETURN_A_CERTIFICATE"], "the PEER sent no certificate"),
        (["TLSV1_ALERT_UNKNOWN_CA"], "the PEER does not trust our certificate: it knows no root that vouches for it"),
        (["SSLV3_ALERT_CERTIFICATE_EXPIRED"], "the PEER does not accept our certificate: expired"),
        (["SSLV3_ALERT_CERTIFICATE_REVOKED"], "the PEER does not accept our certificate: revoked"),
        (
            ["SSLV3_ALERT_BAD_CERTIFICATE", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "SSLV3_ALERT_CERTIFICATE_UNKNOWN"],
            "the PEER does not accept our certificate"
        ),
        (["TLSV1_ALERT_ACCESS_DENIED"], "the PEER denies our certificate access"),
        (["CERTIFICATE_VERIFY_FAILED"], "the PEER's certificate is not trusted"),
    ]
}
