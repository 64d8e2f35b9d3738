// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import NIOHTTP1
internal import SkeinCore
internal import SkeinTransport
internal import Synchronization

/// The second port of a server, on which orchestrators and load balancers ask over HTTP/1.1 whether it lives and wants
/// calls. Whoever reaches the port can do no harm: each connection is for one request, of a few kilobytes, within
/// seconds, and of too many connections the oldest end.
final class ProbeListener: Sendable {
    private let serving: Serving
    private let listener: Listener?

    /// - Parameters:
    ///   - address: where to listen; `nil`: nowhere.
    ///   - areHooksReady: what `/ready` depends on besides `isServing`.
    init(
        _ address: BindAddress?, on loops: ServerLoops, areHooksReady: @escaping @Sendable () -> Bool
    ) async throws(ConfigurationError) {
        let serving = Serving()
        self.serving = serving
        guard let address else {
            listener = nil
            return
        }
        let connections = ProbeConnections()
        let timers = loops.timers
        listener = try await Listener.bind(to: address.listenerAddress, on: loops.group, logger: nil) { channel in
            connections.add(channel)
            try channel.pipeline.syncOperations.addHandlers([
                ProbeLimits(timers[channel.eventLoop]),
                HTTPResponseEncoder(),
                ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)),
                ProbeHandler { serving.flag.load(ordering: .relaxed) && areHooksReady() },
            ])
        }
    }

    var addresses: [EndpointAddress] { listener.map { [$0.address] } ?? [] }

    /// Whether the server serves and does not drain.
    var isServing: Bool {
        get { serving.flag.load(ordering: .relaxed) }
        set { serving.flag.store(newValue, ordering: .relaxed) }
    }

    func close() async { await listener?.close() }

    private final class Serving: Sendable {
        let flag = Atomic(false)
    }
}
