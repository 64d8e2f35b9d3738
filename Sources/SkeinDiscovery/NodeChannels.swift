// SPDX-License-Identifier: Apache-2.0
internal import SkeinClient
internal import SkeinCore
internal import SkeinTransport
internal import Synchronization

/// Channels to the servers of a registry that speaks gRPC: one for each server, made when it is first asked, so that
/// each is verified by its own name. One is asked for as long as it answers, then the next.
final class NodeChannels: Sendable {
    private let rotation: NodeRotation
    private let security: TransportSecurity
    private let channels = Mutex<[RegistryTarget.Node: Channel]>([:])

    init(_ rotation: NodeRotation, _ tls: RegistryTLS?) {
        self.rotation = rotation
        security = tls.map { .tls($0.configuration) } ?? .plaintext
    }

    /// How long one server may take for one answer: less when others can be asked instead.
    var timeout: Duration { rotation.nodes.count > 1 ? .seconds(3) : .seconds(8) }

    /// What `body` returns for the first server that does not fail as a server: an answer that any of them would give,
    /// such as that something is not allowed, is thrown at once.
    nonisolated(nonsending) func call<Value>(
        _ body: (Channel, CallOptions) async throws -> Value
    ) async throws -> Value {
        // Calls for a channel that a handler uses are not part of that handler's call.
        let options = CallOptions().detached
        return try await rotation.first { node in
            do {
                return Result<Value, RPCError>.success(try await body(try channel(to: node), options))
            } catch {
                if let error = error as? RPCError, !NodeChannels.isFailureOfServer(error.code) {
                    return .failure(error)
                }
                throw error
            }
        }.get()
    }

    private static func isFailureOfServer(_ code: StatusCode) -> Bool {
        switch code {
        case .unavailable, .deadlineExceeded, .unknown, .internal, .cancelled: true
        default: false
        }
    }

    private func channel(to node: RegistryTarget.Node) throws -> Channel {
        try channels.withLock { channels in
            if let channel = channels[node] { return channel }
            let channel = try Channel("dns:///\(node)", security: security, options: NodeChannels.options)
            channels[node] = channel
            return channel
        }
    }

    /// A server that comes back is found within seconds, one that is silent is given up within 15. A connection that is
    /// lost is opened again by the next call, which waits for a random time: other policies would open it at once, in
    /// all clients of the server at the same moment.
    private static var options: ChannelOptions {
        ChannelOptions.loadBalancing(LoadBalancing(policy: "pick_first"))
            .keepalive(every: .seconds(10), timeout: .seconds(5)).idle(after: .seconds(60))
            .backoff(
                Backoff(initial: .milliseconds(200), maximum: .seconds(3), minimumConnectTimeout: .seconds(5)))
    }

    /// Closes the channels; those that are asked for later are new ones.
    nonisolated(nonsending) func close() async {
        let open = channels.withLock { channels in
            defer { channels = [:] }
            return Array(channels.values)
        }
        for channel in open { await channel.shutDown(grace: .zero) }
    }
}
