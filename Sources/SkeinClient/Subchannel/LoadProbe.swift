// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinHTTP2
internal import SkeinTransport

/// One question to a server for its load, beside the calls: seen by no observer, counted nowhere, not repeated.
final class LoadProbe: ClientStreamSink {
    private static let method = MethodDescriptor("skein.load.v1.LoadReporting", "Probe", .unary)
    private static let message: Buffer = {
        var message = MessageFramer.makeBuffer(capacity: 0)
        MessageFramer.seal(&message)
        return message
    }()

    private let answered: @Sendable (ClientStreamEnd) -> Void

    private init(_ answered: @escaping @Sendable (ClientStreamEnd) -> Void) { self.answered = answered }

    /// Asks; `answered` hears how that ended, on the connection's loop. From any thread.
    static func send(
        on connection: ClientConnection, _ head: RequestTemplate,
        answered: @escaping @Sendable (ClientStreamEnd) -> Void
    ) {
        let stream = ClientStream(
            method, head.request(to: method), message: message, deadline: .after(ProbeMachine.timeout),
            sink: LoadProbe(answered))
        stream.isAside = true
        stream.connection = connection
        connection.post(.start(stream))
    }

    func received(metadata: Metadata) {}
    func received(message: ReceivedMessage) {}
    func ended(_ end: ClientStreamEnd) { answered(end) }
}
