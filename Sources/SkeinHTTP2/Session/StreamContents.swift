// SPDX-License-Identifier: Apache-2.0
package import SkeinCore

/// What a connection asks of the parts of its streams. It is asked here because a module that reaches into a struct
/// held by another module's class copies the struct, and these are copied for every call.
extension HTTP2Stream {
    package var hasPartialMessage: Bool { deframer.hasPartialMessage }
    package var partialBytes: Int { deframer.partialBytes }
    package var receivedBytes: Int { deframer.receivedBytes }
    package var hasUnreturnedBytes: Bool { unreturnedBytes > 0 }

    package func nextMessage() throws(RPCError) -> MessageDeframer.Message? { try deframer.next() }

    // MARK: server

    package func rejection(_ compressors: borrowing CompressorRegistry) -> Rejection? {
        requestHead.rejection(compressors)
    }
    /// How the client compresses, unless it does not.
    package var requestEncoding: String? { requestHead.isIdentityEncoded ? nil : requestHead.encoding }
    package func clientAccepts(encoding name: String) -> Bool { requestHead.accepts(encoding: name) }
    package var requestTimeout: RequestHead.Timeout { requestHead.timeout }
    package var requestMetadata: Metadata { requestHead.metadata }
    package var asksForLoad: Bool { requestHead.asksForLoad }
    package var path: String { requestHead.pathText }

    package func withPath(_ body: (UnsafeRawBufferPointer) -> Void) { requestHead.withPath(body) }

    // MARK: client

    package func feedHead(
        to machine: inout ClientStreamMachine, endStream: Bool, compressors: borrowing CompressorRegistry
    ) -> ClientStreamMachine.Output {
        machine.head(responseHead, endStream: endStream, compressors: compressors)
    }

    /// How the server compresses, unless it does not.
    package var responseEncoding: String? { responseHead.isIdentityEncoded ? nil : responseHead.encoding }

    package func feedTrailers(to machine: inout ClientStreamMachine) -> ClientStreamMachine.Output {
        machine.trailers(trailers, isTruncated: deframer.hasPartialMessage)
    }

    /// How loaded the server said it is.
    package var serverLoad: ServerLoad? { trailers.serverLoad ?? responseHead.serverLoad }
    /// Whether the trailers have a load report in gRPC's form.
    package var hasLoadReport: Bool { trailers.hasLoadReport || responseHead.hasLoadReport }
}
