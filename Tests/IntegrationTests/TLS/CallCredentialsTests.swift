// SPDX-License-Identifier: Apache-2.0
import SkeinClient
import SkeinCore
import SkeinServer
import SkeinTransport
import Testing

@Suite("call credentials", .timeLimit(.minutes(5)))
struct CallCredentialsTests {
    private struct TokenExpired: Error, CustomStringConvertible {
        var description: String { "token expired" }
    }

    /// Answers with the `authorization` of the call.
    private static var service: EchoService {
        var service = EchoService()
        service.unary = { _, context in Buffer(context.metadata["authorization"] ?? "none") }
        service.expand = { _, responses, context in
            try await responses.write(Buffer(context.metadata["authorization"] ?? "none"))
        }
        return service
    }

    @Test("their metadata goes with every call over TLS; those of a call replace those of the channel")
    func overTLS() async throws {
        let authority = try TestAuthority()
        try await TLSWorld.with(.tls(try authority.issue().identity()), Self.service) { world in
            let requests = Recorder<String>()
            let credentials = CallCredentials { request in
                requests.record("\(request.method.name) \(request.audience)")
                return ["authorization": "Bearer \(requests.count)"]
            }
            let options = ChannelOptions.credentials(credentials)
            try await world.withEcho(.tls(trusting: authority.roots), options: options) { echo in
                #expect(try await echo.unary(Buffer("x"), .deadline(.seconds(10))).text == "Bearer 1")
                for try await reply in try await echo.expand(Buffer("x")) { #expect(reply.text == "Bearer 2") }
                let own = CallOptions.credentials(.bearer { "own" })
                #expect(try await echo.unary(Buffer("x"), own).text == "Bearer own")
            }
            #expect(requests.all == ["Unary https://localhost/test.Echo", "Expand https://localhost/test.Echo"])
        }
    }

    @Test("they are not sent in plaintext unless that is allowed")
    func plaintext() async throws {
        try await TLSWorld.with(.plaintext, Self.service) { world in
            let asked = Level()
            let options = ChannelOptions.credentials(
                .bearer {
                    asked.enter()
                    return "secret"
                })
            try await world.withEcho(.plaintext, options: options) { echo in
                let unary = await rpcError { try await echo.unary(Buffer("x")) }
                #expect(unary?.code == .unauthenticated)
                #expect(unary?.message.contains("may not be sent in plaintext") == true)
                let stream = await rpcError { try await echo.expand(Buffer("x")) }
                #expect(stream?.code == .unauthenticated)
                let allowed = CallCredentials(allowsPlaintext: true) { _ in ["authorization": "open"] }
                let reply = try await echo.unary(Buffer("x"), .credentials(allowed))
                #expect(reply.text == "open")
            }
            #expect(asked.current == 0)
        }
    }

    @Test("a provider that fails ends the call, with a code that a provider may use")
    func failures() async throws {
        let cases: [(any Error & Sendable, StatusCode, String)] = [
            (TokenExpired(), .unauthenticated, "its credentials failed: token expired"),
            (RPCError(.unavailable, "no token yet"), .unavailable, "its credentials failed: no token yet"),
            (RPCError(.notFound, "no such key"), .internal, "its credentials failed: no such key"),
        ]
        try await TLSWorld.with(.plaintext, Self.service) { world in
            for (thrown, code, text) in cases {
                let credentials = CallCredentials(allowsPlaintext: true) { _ in throw thrown }
                try await world.withEcho(.plaintext) { echo in
                    let error = await rpcError { try await echo.unary(Buffer("x"), .credentials(credentials)) }
                    #expect(error?.code == code)
                    #expect(error?.message.contains(text) == true)
                }
            }
        }
    }

    @Test("their time counts against the deadline, and cancelling the call cancels the provider")
    func time() async throws {
        try await TLSWorld.with(.plaintext, Self.service) { world in
            let cancelled = Level()
            let started = Gate()
            let credentials = CallCredentials(allowsPlaintext: true) { _ in
                started.open()
                await Gate.waitForCancellation()
                cancelled.enter()
                throw CancellationError()
            }
            try await world.withEcho(.plaintext, options: .credentials(credentials)) { echo in
                let error = await rpcError { try await echo.unary(Buffer("x"), .deadline(.milliseconds(100))) }
                #expect(error?.code == .deadlineExceeded)
                let call = Task { try await echo.unary(Buffer("x")) }
                try await started.wait()
                call.cancel()
                let cancellation = await rpcError { try await call.value }
                #expect(cancellation?.code == .cancelled)
            }
            #expect(cancelled.current == 2)
        }
    }
}
