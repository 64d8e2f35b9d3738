// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Synchronization
internal import Testing

@Suite("The context of a handler", .timeLimit(.minutes(2)))
struct ServerContextTests {
    private let method = MethodDescriptor("s", "m", .unary)
    private let inner = MethodDescriptor("s", "inner", .unary)

    private func makeContext(deadline: Deadline? = nil) -> ServerContext {
        ServerContext(
            method: method, metadata: ["a": "1"], peer: Peer(address: .ipv4("127.0.0.1", port: 9)), deadline: deadline)
    }

    private final class Ends: Sendable {
        let errors = Mutex<[RPCError]>([])
        var codes: [StatusCode] { errors.withLock { $0.map(\.code) } }
        func add(_ error: RPCError) { errors.withLock { $0.append(error) } }
    }

    @Test(
        "cancelling ends the adopted calls once, with the first reason",
        arguments: [
            (.client, .cancelled), (.deadline, .deadlineExceeded), (.connectionLost, .cancelled),
            (.shutdown, .unavailable),
        ] as [(CancellationReason, StatusCode)])
    func cancelling(reason: CancellationReason, code: StatusCode) throws {
        let context = makeContext()
        let ends = Ends()
        _ = try context.adopt(inner, ends.add)
        let released = try context.adopt(inner, ends.add)
        context.release(released)
        #expect(!context.isCancelled)
        context.cancel(reason)
        context.cancel(.client)
        #expect(context.cancellation == reason)
        #expect(ends.codes == [code])
        #expect(throws: RPCError.self) { try context.adopt(inner, ends.add) }
    }

    @Test("a call left behind ends when the handler returns, and a later one is refused by name")
    func returning() throws {
        let context = makeContext()
        let ends = Ends()
        _ = try context.adopt(inner, ends.add)
        context.initialMetadata["i"] = "1"
        context.trailingMetadata["t"] = "2"
        let metadata = context.handlerReturned()
        #expect(metadata.head.metadata == ["i": "1"])
        #expect(metadata.trailing == ["t": "2"])
        #expect(ends.codes == [.cancelled])
        let error = #expect(throws: RPCError.self) { try context.adopt(inner, ends.add) }
        #expect(error?.message.contains("/s/m") == true)
        context.cancel(.client)
        #expect(ends.codes.count == 1)
    }

    @Test("calls inherit the handler's deadline unless a tighter one is set")
    func deadline() async {
        let deadline = Deadline.after(.seconds(60))
        await ServerContext.$current.withValue(makeContext(deadline: deadline)) {
            #expect(Deadline.current == deadline)
            await withDeadline(.seconds(1)) { #expect(Deadline.current.map { $0 < deadline } == true) }
            await withDeadline(.seconds(600)) { #expect(Deadline.current == deadline) }
        }
    }
}
