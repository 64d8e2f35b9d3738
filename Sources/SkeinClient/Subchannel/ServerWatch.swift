// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinTransport

/// A server-streaming call that a subchannel keeps going on its connection, beside the calls: seen by no observer and
/// counted nowhere. Opened again as `WatchMachine` says. On the connection's loop.
final class ServerWatch: ClientStreamSink, @unchecked Sendable {  // owned by the connection's loop
    /// What it tells.
    struct Listener {
        let received: (Buffer) -> Void
        /// It ended so; `willRetry`: it is opened again.
        let ended: (Status, _ willRetry: Bool) -> Void
    }

    private let method: MethodDescriptor
    private let message: [UInt8]
    private let connection: ClientConnection
    private let template: RequestTemplate
    private var machine: WatchMachine
    private var listener: Listener?
    private var stream: ClientStream?
    private var timer: Scheduled<Void>?

    init(
        _ method: MethodDescriptor, _ message: [UInt8], on connection: ClientConnection, _ template: RequestTemplate,
        backoff: Backoff, listener: Listener
    ) {
        self.method = method
        self.message = message
        self.connection = connection
        self.template = template
        machine = WatchMachine(backoff)
        self.listener = listener
    }

    func start() {
        guard listener != nil else { return }
        machine.started(.now)
        var request = Buffer(message)
        MessageFramer.seal(&request)
        let stream = ClientStream(
            method, template.request(to: method), message: request, deadline: nil, sink: self)
        stream.isAside = true
        stream.connection = connection
        self.stream = stream
        connection.post(.start(stream))
    }

    /// Ends it; the listener hears no more.
    func stop() {
        listener = nil
        timer?.cancel()
        guard let stream = stream.take() else { return }
        connection.post(.cancel(stream, RPCError(.cancelled, "the watch is over")))
    }

    func received(metadata: Metadata) {}

    func received(message: ReceivedMessage) {
        // These are a few bytes, so that it does no harm to decompress one here.
        guard let content = try? message.content() else { return }
        machine.received()
        listener?.received(content)
    }

    func ended(_ end: ClientStreamEnd) {
        stream = nil
        guard let listener else { return }
        let delay = machine.ended(end.status.code, .now, chance: .random(in: 0..<1))
        if let delay {
            timer = connection.eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self] in self?.start() }
        }
        listener.ended(end.status, delay != nil)
    }
}
