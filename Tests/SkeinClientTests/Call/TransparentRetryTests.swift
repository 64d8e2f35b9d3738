// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import SkeinTransport
import Testing

@testable import SkeinClient

@Suite("which attempts go elsewhere unnoticed", .timeLimit(.minutes(1)))
struct TransparentRetryTests {
    private func end(_ code: StatusCode, _ fate: StreamClosure.Fate) -> ClientStreamEnd {
        ClientStreamEnd(status: Status(code, ""), origin: .local, fate: fate)
    }

    @Test("what was never written goes on and on, what was refused once")
    func sequence() {
        var retry = TransparentRetry()
        for _ in 0..<10 { #expect(retry.mayTryAgain(after: end(.unavailable, .unsent)) == true) }
        #expect(retry.mayTryAgain(after: end(.unavailable, .refused)) == true)
        #expect(retry.mayTryAgain(after: end(.unavailable, .unsent)) == true)
        #expect(retry.mayTryAgain(after: end(.unavailable, .refused)) == false)
    }

    @Test(
        "what the server may have seen, and what this side ended, stays ended",
        arguments: [
            (StatusCode.unavailable, StreamClosure.Fate.processed), (.cancelled, .unsent), (.deadlineExceeded, .unsent),
            (.deadlineExceeded, .refused), (.ok, .processed), (.resourceExhausted, .unsent),
        ])
    func stays(code: StatusCode, fate: StreamClosure.Fate) {
        var retry = TransparentRetry()
        #expect(retry.mayTryAgain(after: end(code, fate)) == false)
    }
}
