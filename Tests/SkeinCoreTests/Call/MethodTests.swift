// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Methods", .timeLimit(.minutes(2)))
struct MethodTests {
    @Test("a descriptor knows its path and is equal to one of the same path")
    func descriptor() {
        let method = MethodDescriptor("helloworld.Greeter", "SayHello", .unary)
        #expect(method.path == "/helloworld.Greeter/SayHello")
        #expect(method == MethodDescriptor("helloworld.Greeter", "SayHello", .serverStreaming))
        #expect(method != MethodDescriptor("helloworld.Greeter", "SayBye", .unary))
        #expect("\(method)" == method.path)
    }

    @Test(
        "the kind says which sides send exactly one message",
        arguments: [
            (.unary, true, true), (.serverStreaming, true, false), (.clientStreaming, false, true),
            (.bidirectional, false, false),
        ] as [(CallKind, Bool, Bool)])
    func kinds(kind: CallKind, request: Bool, response: Bool) {
        #expect(kind.hasSingleRequest == request)
        #expect(kind.hasSingleResponse == response)
    }

    @Test("a method encodes and decodes with the codecs that it was made with")
    func codecs() throws {
        let method = Method<Buffer, Buffer>("s", "m", .unary, RawCodec.self, RawCodec.self)
        var buffer = Buffer()
        try method.encodeRequest(Buffer([1]), &buffer)
        try method.encodeResponse(Buffer([2]), &buffer)
        #expect(Array(buffer) == [1, 2])
        #expect(try buffer.withBytes { bytes throws(RPCError) in try method.decodeRequest(bytes) } == Buffer([1, 2]))
        #expect(try buffer.withBytes { bytes throws(RPCError) in try method.decodeResponse(bytes) } == Buffer([1, 2]))
        #expect(method.descriptor.path == "/s/m")
    }
}
