// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinTransport

/// Collects the one response of a unary call and resumes its caller.
///
/// The call writes everything before it resumes the continuation; the caller reads everything after.
final class UnaryOutcome: ClientCallOutcome, @unchecked Sendable {  // owned by the call, then by its caller
    private var continuation: UnsafeContinuation<Void, Never>?
    private(set) var metadata = Metadata()
    private(set) var message: ReceivedMessage?
    private(set) var end: CallEnd?

    func willStart(_ continuation: UnsafeContinuation<Void, Never>) { self.continuation = continuation }

    func started() {}
    func received(metadata: Metadata) { self.metadata = metadata }
    func received(message: ReceivedMessage) { self.message = message }

    func ended(_ end: CallEnd) {
        self.end = end
        continuation?.resume()
    }
}

extension UnaryOutcome {
    /// What the caller gets, after the end.
    func response() throws(RPCError) -> RawResponse {
        guard let end else { throw RPCError(.internal, "a call ended without a status") }
        if let error = end.error { throw error }
        guard let message else { throw RPCError(.unimplemented, "the server sent no response message") }
        let wasCompressed = message.compression != nil
        do throws(RPCError) {
            return RawResponse(try message.content(), wasCompressed: wasCompressed, metadata: metadata, end)
        } catch {
            throw error.with(attempts: end.attempts)
        }
    }
}
