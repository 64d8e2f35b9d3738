// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import NIOCore

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Stops accepting for a while when the process may open no more files or lacks memory: the connections that wait
/// would otherwise wake the loop, in vain, all the time. (NIO's `AcceptBackoffHandler` holds back reads that are asked
/// for, while the failed one is still armed.)
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let length = TimeAmount.milliseconds(200)
    private static let shortages: Set<CInt> = [EMFILE, ENFILE, ENOBUFS, ENOMEM]

    private static let quiet = Duration.seconds(10)

    private let logger: Logger?
    private var lastLine: ContinuousClock.Instant?

    init(_ logger: Logger?) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let failure = error as? IOError, AcceptPause.shortages.contains(failure.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        if lastLine.map({ .now - $0 >= AcceptPause.quiet }) ?? true {
            logger?.error("accept connections, of which no more are taken for now: \(ConnectError.text(for: failure))")
            lastLine = .now
        }
        let options = context.channel.syncOptions
        try? options?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: AcceptPause.length) {
            try? options?.setOption(.autoRead, value: true)
        }
    }
}
