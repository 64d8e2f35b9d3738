// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore
internal import SkeinTransport

/// A connection to one server of a registry. Requests may be made from any task, and do not wait for each other.
final class WireConnection<Codec: WireCodec>: Sendable {
    let node: RegistryTarget.Node
    let channel: any Channel

    init(_ channel: any Channel, to node: RegistryTarget.Node) {
        self.channel = channel
        self.node = node
    }

    deinit { channel.close(promise: nil) }

    var isOpen: Bool { channel.isActive }

    func close() { channel.close(promise: nil) }

    /// The replies to a request. When the caller is cancelled they are read all the same, and dropped.
    nonisolated(nonsending) func ask(_ bytes: ByteBuffer, replies: Int = 1) async throws -> [Codec.Reply] {
        guard replies > 0 else { return [] }
        let wait = ReplyWait<[Codec.Reply]>()
        return try await wait.value { send(bytes, replies: replies, wait) }
    }

    /// Sends a request whose replies nobody waits for, or that has none.
    func send(_ bytes: ByteBuffer, replies: Int) { send(bytes, replies: replies, ReplyWait()) }

    private func send(_ bytes: ByteBuffer, replies: Int, _ wait: ReplyWait<[Codec.Reply]>) {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenFailure { [node] error in
            let text = "ask \(node): \(ConnectError.text(for: error))"
            wait.end(.failure(RPCError(.unavailable, text, cause: error)))
        }
        channel.writeAndFlush(WireRequest(bytes: bytes, replies: replies, wait: wait), promise: promise)
    }
}
