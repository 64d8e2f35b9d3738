// SPDX-License-Identifier: Apache-2.0

/// What interceptors do to the messages of one call, in the order they asked for it: the outermost first.
package struct MessageHooks: Sendable {
    package typealias OnMessage = @Sendable (inout Buffer) throws(RPCError) -> Void
    package typealias OnMetadata = @Sendable (inout Metadata) throws(RPCError) -> Void
    package typealias OnEnd = @Sendable (CallSummary) -> Void

    package var request: [OnMessage] = []
    package var responseMetadata: [OnMetadata] = []
    package var response: [OnMessage] = []
    package var end: [OnEnd] = []

    package init() {}

    /// On the way from the application to the handler.
    package func apply(toRequest message: inout Buffer) throws(RPCError) {
        for hook in request { try hook(&message) }
    }

    /// On the way back the innermost comes first.
    package func apply(toResponse message: inout Buffer) throws(RPCError) {
        for hook in response.reversed() { try hook(&message) }
    }

    package func apply(toResponse metadata: inout Metadata) throws(RPCError) {
        for hook in responseMetadata.reversed() { try hook(&metadata) }
    }

    package func ended(_ summary: CallSummary) {
        for hook in end.reversed() { hook(summary) }
    }
}
