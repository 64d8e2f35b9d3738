// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(1))) struct StatusErrorTests {
    private static let details: [any ProtobufMessage] = [
        Google_Rpc_ErrorInfo(reason: "QUOTA", domain: "example.com", metadata: ["limit": "5"]),
        Google_Rpc_RetryInfo(retryDelay: .init(.milliseconds(1500))),
        Google_Rpc_DebugInfo(stackEntries: ["a", "b"], detail: "d"),
        Google_Rpc_QuotaFailure(violations: [.init(subject: "user:ada", quotaValue: 5)]),
        Google_Rpc_PreconditionFailure(violations: [.init(type: "TERMS", subject: "ada")]),
        Google_Rpc_BadRequest(["page_size": "is negative"]),
        Google_Rpc_RequestInfo(requestID: "17"),
        Google_Rpc_ResourceInfo(resourceType: "orders", resourceName: "4"),
        Google_Rpc_Help(links: [.init(url: "https://example.com")]),
        Google_Rpc_LocalizedMessage(locale: "en-GB", message: "no more"),
        Golden_Recursion_Tree(value: 1),
    ]

    @Test("details of any type are listed and found", arguments: StatusErrorTests.details)
    func found(detail: any ProtobufMessage) throws {
        let error = RPCError(.resourceExhausted, "out of quota", details: StatusErrorTests.details)
        #expect(error.details.compactMap(\.messageName) == StatusErrorTests.details.map { type(of: $0).protobufName })
        expectFound(detail, in: error)
    }

    private func expectFound<Message: ProtobufMessage>(_ detail: Message, in error: RPCError) {
        #expect(error.detail(Message.self) == detail)
        #expect(RPCError(error.code, error.message, details: []).detail(Message.self) == nil)
    }

    @Test("a retry delay is read as a Swift duration")
    func delay() throws {
        let error = RPCError(.unavailable, "later", details: [Google_Rpc_RetryInfo(retryDelay: .init(.seconds(2)))])
        #expect(error.detail(Google_Rpc_RetryInfo.self)?.retryDelay.map { Duration($0) } == .seconds(2))
    }

    @Test("a detail that is packed already is taken as it is")
    func packed() throws {
        let packed = try Google_Protobuf_Any(packing: Golden_Recursion_Tree(value: 3), typeURLPrefix: "example.com/v1")
        let error = RPCError(.aborted, "m", details: [packed])
        #expect(error.details == [packed])
        #expect(error.detail(Golden_Recursion_Tree.self)?.value == 3)
    }

    @Test("a detail that cannot be encoded is replaced by one that says why, and the others stay")
    func unencodable() {
        let deep = (0..<120).reduce(Golden_Recursion_Tree()) { inner, _ in Golden_Recursion_Tree(left: inner) }
        let error = RPCError(.notFound, "m", details: [deep, Google_Rpc_ErrorInfo(reason: "R")])
        #expect(error.code == .notFound && error.message == "m" && error.details.count == 2)
        #expect(error.detail(Google_Rpc_ErrorInfo.self)?.reason == "R")
        let note = error.detail(Google_Rpc_DebugInfo.self)?.detail
        #expect(note?.hasPrefix("leave a detail out: encode golden.recursion.Tree: ") == true)
    }

    @Test("an error becomes a status message and back")
    func roundTrip() throws {
        let error = RPCError(.notFound, "no order 4", details: StatusErrorTests.details, metadata: ["k": "v"])
        let status = Google_Rpc_Status(error)
        #expect(status.code == 5 && status.message == "no order 4")
        #expect(status.details == error.details)
        let back = try #require(RPCError(status, metadata: ["x": "y"]))
        #expect(back.code == .notFound && back.message == "no order 4" && back.details == error.details)
        #expect(back.metadata["x"] == "y" && back.metadata["k"] == nil)
        #expect(Google_Rpc_Status(back) == status)
    }

    @Test("an error without details is a status without details")
    func plain() {
        let status = Google_Rpc_Status(RPCError(.internal, "m"))
        #expect(status == Google_Rpc_Status(code: 13, message: "m"))
    }

    @Test(
        "a status code that gRPC has not is unknown, and OK is no error",
        arguments: [(0, nil), (1, .cancelled), (16, .unauthenticated), (17, .unknown), (-1, .unknown), (256, .unknown)]
            as [(Int32, StatusCode?)])
    func codes(number: Int32, code: StatusCode?) {
        let error = RPCError(Google_Rpc_Status(code: number, message: "m"))
        #expect(error?.code == code)
        // Code and trailer agree.
        #expect(error?.statusDetails?.code == code.map { Int32($0.rawValue) })
    }

    @Test("every code of google.rpc is that of gRPC, and numbers without a name are unknown")
    func codeEnum() {
        for (number, code) in Google_Rpc_Code.allCases.enumerated() {
            #expect(StatusCode(code).rawValue == UInt8(number))
            #expect(Google_Rpc_Code(StatusCode(code)) == code)
        }
        #expect(Google_Rpc_Code.allCases.count == 17)
        #expect(StatusCode(Google_Rpc_Code.unrecognized(17)) == .unknown)
        #expect(StatusCode(Google_Rpc_Code.unrecognized(-256)) == .unknown)
    }

    @Test("where the trailer contradicts grpc-status, grpc-status counts")
    func contradiction() throws {
        let info = try Google_Protobuf_Any(packing: Google_Rpc_ErrorInfo(reason: "R"))
        let trailer = try Google_Rpc_Status(code: 5, message: "other", details: [info]).serialized()
        let error = RPCError(.aborted, "m", metadata: ["grpc-status-details-bin": .binary(trailer)])
        #expect(error.code == .aborted && error.message == "m")
        #expect(Google_Rpc_Status(error) == Google_Rpc_Status(code: 10, message: "m", details: [info]))
        #expect(error.statusDetails?.code == 5)
        #expect(error.detail(Google_Rpc_ErrorInfo.self)?.reason == "R")
    }

    @Test("the second detail of a type is in the list")
    func several() {
        let error = RPCError(
            .aborted, "m", details: [Google_Rpc_ErrorInfo(reason: "A"), Google_Rpc_ErrorInfo(reason: "B")])
        #expect(error.detail(Google_Rpc_ErrorInfo.self)?.reason == "A")
        let all = error.details.compactMap { try? $0.unpack(as: Google_Rpc_ErrorInfo.self) }
        #expect(all.map(\.reason) == ["A", "B"])
    }

    @Test("violations of a bad request keep their order")
    func violations() {
        let request = Google_Rpc_BadRequest(["b": "is empty", "a": "is negative", "b": "is not a name"])
        #expect(request.fieldViolations.map(\.field) == ["b", "a", "b"])
        #expect(request.fieldViolations[1].description_p == "is negative")
    }
}
