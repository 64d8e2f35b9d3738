// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct RequestHeadTests {
    static let call: [Field] = RawFrame.callFields

    static func changed(_ name: String, _ value: String?) -> [Field] {
        let rest = call.filter { $0.0 != name }
        return value.map { rest + [(name, $0)] } ?? rest
    }

    @Test("a call's head gives what a server needs, and keeps the rest from the application")
    func accepts() {
        let head = RequestHead(
            Self.call + [
                ("grpc-timeout", "250m"), ("user-agent", "grpc-c++/1.0"), ("grpc-accept-encoding", "identity,gzip"),
                ("x-tag", "one"), ("grpc-encoding", "identity"), ("grpc-previous-rpc-attempts", "2"), ("k-bin", "AQI"),
            ])
        #expect(head.rejection(.builtIn) == nil)
        #expect(head.isPOST && head.acceptsTrailers && head.contentType == .grpc && head.isIdentityEncoded)
        #expect(head.pathText == "/test.Echo/Say")
        #expect(head.withPath { Array($0) } == Array("/test.Echo/Say".utf8))
        #expect(head.authority == "localhost")
        #expect(head.userAgent == "grpc-c++/1.0")
        #expect(head.timeout == .some(.milliseconds(250)))
        #expect(head.metadata.map(\.name) == ["x-tag", "grpc-previous-rpc-attempts", "k-bin"])
        #expect(head.metadata[binary: "k-bin"] == [1, 2])
    }

    @Test(
        "a request that is no call is answered as gRPC says",
        arguments: [
            (changed(":method", "GET"), 405, StatusCode.unknown, Rejection.Field.allowPOST),
            (changed("content-type", "text/html"), 415, .unknown, nil),
            (changed("content-type", "application/grpc-web"), 415, .unknown, nil),
            (changed("content-type", nil), 415, .unknown, nil),
            (changed("grpc-timeout", "soon"), 400, .internal, nil),
            (changed("grpc-encoding", "zstd"), 200, .unimplemented, .acceptEncoding("identity,gzip,deflate")),
        ] as [([Field], Int, StatusCode, Rejection.Field?)])
    func rejects(_ fields: [Field], _ httpStatus: Int, _ code: StatusCode, _ field: Rejection.Field?) {
        let rejection = RequestHead(fields).rejection(.builtIn)
        #expect(rejection?.httpStatus == httpStatus)
        #expect(rejection?.status.code == code)
        #expect(rejection?.field == field)
    }

    @Test("a header list over the limit is resource exhausted and stops being kept")
    func overLimit() {
        let size = Self.call.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
        #expect(RequestHead(Self.call, limit: size).rejection(.builtIn) == nil)
        let head = RequestHead(Self.call + [("x", "")], limit: size)
        #expect(head.isOverLimit && head.headerBytes == size + 33 && head.metadata.isEmpty)
        #expect(head.rejection(.builtIn)?.status.code == .resourceExhausted)
    }

    @Test(
        "the content-type is gRPC's alone, with a subtype or with parameters",
        arguments: [
            ("application/grpc", ContentType.grpc, ""), ("application/grpc+proto", .grpc, "proto"),
            ("application/grpc+json;charset=utf-8", .grpc, "json"), ("application/grpc;a=b", .grpc, ""),
            ("Application/gRPC", .grpc, ""), ("application/grpcx", .other, ""), ("application/grp", .other, ""),
            ("", .other, ""),
        ])
    func contentType(_ value: String, _ type: ContentType, _ subtype: String) {
        let head = RequestHead([("content-type", value)])
        #expect(head.contentType == type)
        #expect(head.contentSubtype == subtype)
    }
}
