// SPDX-License-Identifier: Apache-2.0
internal import NIOCore

/// Words for what goes wrong with sockets.
package enum ConnectError {
    /// `error` in lower case, without the name of the function that failed.
    package static func text(for error: any Error) -> String {
        switch error {
        case let error as IOError: SystemText.describe(errno: error.errnoCode)
        case ChannelError.connectTimeout(let time): "timed out after \(time.nanoseconds / 1_000_000) ms"
        case ChannelError.inputClosed, ChannelError.eof, ChannelError.ioOnClosedChannel: "the connection is closed"
        default: "\(error)"
        }
    }
}
