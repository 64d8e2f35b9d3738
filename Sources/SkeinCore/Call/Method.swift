// SPDX-License-Identifier: Apache-2.0

/// A method with its message types: what a stub calls and a router registers.
///
/// The four closures are made where the codecs are concrete (in generated code), so that encoding and decoding are
/// specialised although the runtime never knows the types.
public struct Method<Request, Response>: Sendable {
    public let descriptor: MethodDescriptor
    public let encodeRequest: @Sendable (borrowing Request, inout Buffer) throws(RPCError) -> Void
    public let decodeRequest: @Sendable (borrowing RawSpan) throws(RPCError) -> Request
    public let encodeResponse: @Sendable (borrowing Response, inout Buffer) throws(RPCError) -> Void
    public let decodeResponse: @Sendable (borrowing RawSpan) throws(RPCError) -> Response

    @inlinable
    public init<RequestCodec: MessageCodec<Request>, ResponseCodec: MessageCodec<Response>>(
        _ service: String, _ name: String, _ kind: CallKind, idempotency: Idempotency = .unspecified,
        _: RequestCodec.Type, _: ResponseCodec.Type
    ) {
        descriptor = MethodDescriptor(service, name, kind, idempotency: idempotency)
        encodeRequest = { (message: borrowing Request, buffer: inout Buffer) throws(RPCError) in
            try RequestCodec.encode(message, into: &buffer)
        }
        decodeRequest = { (bytes: borrowing RawSpan) throws(RPCError) in try RequestCodec.decode(bytes) }
        encodeResponse = { (message: borrowing Response, buffer: inout Buffer) throws(RPCError) in
            try ResponseCodec.encode(message, into: &buffer)
        }
        decodeResponse = { (bytes: borrowing RawSpan) throws(RPCError) in try ResponseCodec.decode(bytes) }
    }
}
