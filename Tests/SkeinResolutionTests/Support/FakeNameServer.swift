// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOPosix
internal import Synchronization

@testable internal import SkeinResolution

/// A name server on the loopback that answers as a test says, by UDP and TCP on the same port.
final class FakeNameServer: Sendable {
    /// What it was asked.
    struct Asked: Sendable, Hashable {
        var question: String
        var isStream: Bool
    }

    /// The answers to a query, each a message; `isStream`: it came by TCP.
    typealias Answers = @Sendable (_ query: [UInt8], _ isStream: Bool) -> [[UInt8]]

    private let log = Log()
    private let datagrams: any Channel
    private let stream: any Channel
    let address: HostPort

    init(_ answers: @escaping Answers) async throws {
        var sockets = try? await FakeNameServer.open(answers, log)
        // A port that is free for the one may be taken for the other.
        for _ in 0..<20 where sockets == nil { sockets = try? await FakeNameServer.open(answers, log) }
        guard let sockets else { throw ChannelError.inappropriateOperationForState }
        (datagrams, stream) = sockets
        let port = datagrams.localAddress?.port ?? 0
        address = HostPort(host: "127.0.0.1", port: port)
    }

    private static func open(_ answers: @escaping Answers, _ log: Log) async throws -> (any Channel, any Channel) {
        let group = MultiThreadedEventLoopGroup.singleton
        let datagrams = try await DatagramBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramAnswers(answers, log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let stream = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(DNSStreamFraming(), StreamAnswers(answers, log))
                    }
                }
                .bind(host: "127.0.0.1", port: datagrams.localAddress?.port ?? 0).get()
            return (datagrams, stream)
        } catch {
            try await datagrams.close().get()
            throw error
        }
    }

    deinit {
        datagrams.close(promise: nil)
        stream.close(promise: nil)
    }

    var asked: [Asked] { log.entries.withLock { $0 } }

    /// A client of this server alone.
    func client(timeout: Duration = .seconds(20)) -> DNSClient { FakeNameServer.client([address], timeout: timeout) }

    static func client(_ servers: [HostPort], timeout: Duration = .seconds(20)) -> DNSClient {
        DNSClient {
            var configuration = DNSConfiguration(servers: servers)
            configuration.timeout = timeout
            configuration.attempts = 1
            return configuration
        }
    }

    fileprivate final class Log: Sendable {
        let entries = Mutex<[Asked]>([])

        func note(_ query: [UInt8], isStream: Bool) {
            let question = (try? DNSMessage(parsing: query))?.questions.first?.description ?? "nothing"
            entries.withLock { $0.append(Asked(question: question, isStream: isStream)) }
        }
    }
}

private final class DatagramAnswers: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>
    private let answers: FakeNameServer.Answers
    private let log: FakeNameServer.Log

    init(_ answers: @escaping FakeNameServer.Answers, _ log: FakeNameServer.Log) {
        self.answers = answers
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let query = Array(envelope.data.readableBytesView)
        log.note(query, isStream: false)
        for answer in answers(query, false) {
            let reply = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: answer))
            context.writeAndFlush(wrapOutboundOut(reply), promise: nil)
        }
    }
}

private final class StreamAnswers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let answers: FakeNameServer.Answers
    private let log: FakeNameServer.Log

    init(_ answers: @escaping FakeNameServer.Answers, _ log: FakeNameServer.Log) {
        self.answers = answers
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let query = Array(unwrapInboundIn(data).readableBytesView)
        log.note(query, isStream: true)
        let all = answers(query, true)
        for answer in all { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer)), promise: nil) }
        if all.isEmpty { context.close(promise: nil) }
    }
}
