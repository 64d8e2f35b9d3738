// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct StatusMappingTests {
    @Test(
        "an HTTP status without a grpc-status has its code",
        arguments: [
            (400, StatusCode.internal), (401, .unauthenticated), (403, .permissionDenied), (404, .unimplemented),
            (429, .unavailable), (431, .internal), (502, .unavailable), (503, .unavailable), (504, .unavailable),
            (200, .unknown), (204, .unknown), (302, .unknown), (405, .unknown), (415, .unknown), (500, .unknown),
        ])
    func http(_ status: Int, _ code: StatusCode) {
        #expect(StatusMapping.code(httpStatus: status) == code)
    }

    @Test(
        "a reset stream has the code of its reset",
        arguments: [
            (HTTP2ErrorCode.noError, StatusCode.internal), (.protocolError, .internal), (.internalError, .internal),
            (.flowControlError, .internal), (.settingsTimeout, .internal), (.streamClosed, .unknown),
            (.frameSizeError, .internal), (.refusedStream, .unavailable), (.cancel, .cancelled),
            (.compressionError, .internal), (.connectError, .internal), (.enhanceYourCalm, .resourceExhausted),
            (.inadequateSecurity, .permissionDenied), (.http11Required, .internal),
            (HTTP2ErrorCode(rawValue: 0xbeef), .unknown),
        ])
    func reset(_ reset: HTTP2ErrorCode, _ code: StatusCode) {
        #expect(StatusMapping.code(reset: reset) == code)
        #expect(StatusMapping.status(StreamClosure(code: reset, fate: .processed), deadlinePassed: false).code == code)
    }

    @Test("a cancel after the deadline is the deadline's")
    func deadline() {
        let closure = StreamClosure(code: .cancel, fate: .processed)
        #expect(StatusMapping.status(closure, deadlinePassed: true).code == .deadlineExceeded)
    }

    @Test("a lost connection, an unsent and a refused request are unavailable, each in its own words")
    func unavailable() {
        let closures = [
            StreamClosure(code: .cancel, fate: .processed, cause: .connectionLost),
            StreamClosure(code: .cancel, fate: .unsent, cause: .connectionLost),
            StreamClosure(code: .refusedStream, fate: .unsent), StreamClosure(code: .refusedStream, fate: .refused),
        ]
        let statuses = closures.map { StatusMapping.status($0, deadlinePassed: true) }
        #expect(statuses.allSatisfy { $0.code == .unavailable })
        #expect(Set(statuses.map(\.message)).count == 4)
    }
}
