// SPDX-License-Identifier: Apache-2.0

/// What the first bytes of a connection look like.
enum WireProtocol: Sendable, Hashable {
    /// A TLS record: a handshake, or an alert.
    case tls
    /// The start of a client's preface (RFC 9113 section 3.4).
    case http2Preface
    /// A SETTINGS frame, with which servers begin.
    case http2Settings
    case http1Request
    case http1Response
    case unknown

    /// How many bytes it takes to tell.
    static let length = 5

    /// - Parameter bytes: the first `length`, or more.
    init(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(WireProtocol.length))
        guard bytes.count == WireProtocol.length else {
            self = .unknown
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if (0x14...0x17).contains(bytes[0]), bytes[1] == 3 {
            self = .tls
        } else if text == "PRI *" {
            self = .http2Preface
        } else if text == "HTTP/" {
            self = .http1Response
        } else if WireProtocol.methods.contains(where: text.hasPrefix) {
            self = .http1Request
        } else if bytes[0] == 0, bytes[3] == 4, bytes[4] == 0 {
            self = .http2Settings
        } else {
            self = .unknown
        }
    }

    private static let methods = ["GET ", "POST ", "PUT ", "HEAD ", "DELET", "OPTIO", "CONNE", "PATCH", "TRACE"]
}
