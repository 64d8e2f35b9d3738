// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// Takes datagrams on the loopback and answers none.
final class SilentServer: Sendable {
    private let channel: any Channel

    init() async throws {
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
    }

    deinit { channel.close(promise: nil) }

    var port: Int { channel.localAddress?.port ?? 0 }
}
