// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinHTTP2

/// Compressed requests of calls that have just one: decompressed before the handler starts, one at a time for each
/// connection and not on its loop. A few bytes can stand for a large message, so that a client that sends many would
/// keep everyone's threads busy. Streamed requests are decompressed by the handler that reads them.
extension ServerConnection {
    /// What so few bytes stand for, a mebibyte at most, is decompressed on the loop.
    private static let few = 1 << 10

    func inflate(_ request: ReceivedMessage, of stream: ServerStream) {
        if request.count <= ServerConnection.few { return inflated(stream, ServerConnection.content(of: request)) }
        toInflate.append((stream, request))
        inflateNext()
    }

    private func inflateNext() {
        while !isInflating, let (stream, request) = toInflate.popFirst() {
            guard let sink = stream.sink else { continue }
            isInflating = true
            sink.runElsewhere { [self] in
                let content = ServerConnection.content(of: request)
                post(
                    .run { [self] in
                        isInflating = false
                        inflated(stream, content)
                        inflateNext()
                    })
            }
        }
    }

    private static func content(of request: ReceivedMessage) -> Result<Buffer, RPCError> {
        do throws(RPCError) { return .success(try request.content()) } catch { return .failure(error) }
    }

    private func inflated(_ stream: ServerStream, _ content: Result<Buffer, RPCError>) {
        guard let sink = stream.sink else { return }
        switch content {
        case .success(let request):
            sink.received(message: ReceivedMessage(request))
            startOrWait(stream, sink)
        case .failure(let error): abandon(stream, .client, error)
        }
    }
}
