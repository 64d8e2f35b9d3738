// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Notes how a TLS connection ends.
private final class EndRecorder: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let error = Mutex<String?>(nil)
    let isClosed = Atomic(false)

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error.withLock { $0 = $0 ?? "\(error)" }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { isClosed.store(true, ordering: .relaxed) }
}

/// A TLS server that is none for gRPC.
struct RawTLSServer: Sendable {
    private let channel: any NIOCore.Channel

    /// - Parameter isOld: whether TLS 1.1 is the newest it knows.
    init(_ files: TestAuthority.Files, protocols: [String], isOld: Bool = false) async throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem)))
        configuration.applicationProtocols = protocols
        if isOld { configuration.maximumTLSVersion = .tlsv11 }
        let context = try NIOSSLContext(configuration: configuration)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLServerHandler(context: context), EndRecorder(),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    func close() async { try? await channel.close().get() }
}

/// A TLS client that trusts everyone and says nothing.
struct RawTLSClient: Sendable {
    private let channel: any NIOCore.Channel
    private let end = EndRecorder()

    init(port: Int, protocols: [String] = ["h2"], isOld: Bool = false) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = protocols
        if isOld { configuration.maximumTLSVersion = .tlsv11 }
        let context = try NIOSSLContext(configuration: configuration)
        let end = end
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: nil)
                    try channel.pipeline.syncOperations.addHandlers([handler, end])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    var isClosed: Bool { end.isClosed.load(ordering: .relaxed) }
    var error: String? { end.error.withLock { $0 } }

    /// The serial number of the server's certificate.
    func serial() async throws -> [UInt8]? { try await channel.nioSSL_peerCertificate().get()?.serialNumber }

    func close() async { try? await channel.close().get() }
}
