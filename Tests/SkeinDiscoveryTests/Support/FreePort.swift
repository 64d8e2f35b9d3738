// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// A port of the loopback that nobody listens at, for servers that cannot choose one themselves.
func freePort() async throws -> Int {
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port ?? 0
    try await channel.close().get()
    return port
}
