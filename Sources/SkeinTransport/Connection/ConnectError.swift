// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOSSL

/// Words for what goes wrong with sockets.
package enum ConnectError {
    /// `error` in lower case, without the name of the function that failed.
    ///
    /// - Parameter isConnecting: whether the server has said nothing of HTTP/2 yet.
    package static func text(for error: any Error, isConnecting: Bool = false) -> String {
        switch error {
        case NIOSSLError.uncleanShutdown where isConnecting:
            "the server closed the connection right after the TLS handshake; does it want another client certificate?"
        case let error as IOError: SystemText.describe(errno: error.errnoCode)
        case ChannelError.connectTimeout(let time): "timed out after \(time.nanoseconds / 1_000_000) ms"
        case ChannelError.inputClosed, ChannelError.eof, ChannelError.ioOnClosedChannel: "the connection is closed"
        case is NIOSSLError, is BoringSSLError: "\(TLSFailure(error, peer: "server"))"
        default: "\(error)"
        }
    }
}
