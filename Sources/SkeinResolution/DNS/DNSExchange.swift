// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix

/// One question to one name server.
///
/// Each question has a socket of its own, connected to the server: the system takes nothing from anybody else, and the
/// port is another each time, which makes answers hard to forge. Routers that lose the second of two questions from one
/// port do no harm either.
struct DNSExchange: Sendable {
    /// Why there is no answer, as it may follow the server's name.
    struct Failure: Error {
        var reason: String
    }

    var question: DNSQuestion
    var server: HostPort
    var usesStream: Bool
    var usesExtensions: Bool
    var timeout: Duration

    /// Throws `Failure`, or `CancellationError` when the task is cancelled.
    nonisolated(nonsending) func answer() async throws -> DNSMessage {
        guard let address = try? SocketAddress(ipAddress: server.host, port: server.port) else {
            throw Failure(reason: "is no address that can be reached")
        }
        do {
            let channel = try await open(address).get()
            return try await withTaskCancellationHandler {
                defer { channel.close(promise: nil) }
                return try await channel.eventLoop.flatSubmit { ask(channel) }.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            try Task.checkCancellation()
            throw error as? Failure ?? Failure(reason: DNSExchange.reason(for: error))
        }
    }

    private func open(_ address: SocketAddress) -> EventLoopFuture<any Channel> {
        let group = MultiThreadedEventLoopGroup.singleton
        guard usesStream else {
            return DatagramBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            DNSDatagramFraming(), DNSExchangeHandler(isStream: false))
                    }
                }
                .connect(to: address)
        }
        return ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(timeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        DNSStreamFraming(), DNSExchangeHandler(isStream: true))
                }
            }
            .connect(to: address)
    }

    private func ask(_ channel: any Channel) -> EventLoopFuture<DNSMessage> {
        do {
            let handler = try channel.pipeline.syncOperations.handler(type: DNSExchangeHandler.self)
            return handler.ask(question, usesExtensions: usesExtensions, timeout: timeout, channel)
        } catch {
            return channel.eventLoop.makeFailedFuture(Failure(reason: "closes the connection"))
        }
    }

    static func reason(for error: any Error) -> String {
        switch error {
        case let error as IOError: "cannot be reached (\(SystemError.text(error.errnoCode)))"
        case ChannelError.connectTimeout(let limit):
            "does not take a connection within \(limit.nanoseconds / 1_000_000) ms"
        default: "cannot be reached (\(error))"
        }
    }
}
