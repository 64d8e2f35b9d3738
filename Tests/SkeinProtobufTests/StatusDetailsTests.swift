// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf
import Testing

@Suite(.timeLimit(.minutes(2))) struct StatusDetailsTests {
    private let reason = Google_Rpc_ErrorInfo(reason: "QUOTA", domain: "example.com", metadata: ["limit": "5"])
    private let delay = Google_Rpc_RetryInfo(retryDelay: .init(seconds: 2))

    @Test("details travel in the trailer and are found by their type")
    func found() throws {
        let error = RPCError(.resourceExhausted, "out of quota", details: [reason, delay])
        let bytes = try #require(error.metadata[binary: "grpc-status-details-bin"])
        let received = RPCError(.resourceExhausted, "", metadata: ["grpc-status-details-bin": .binary(bytes)])
        #expect(received.detail(Google_Rpc_ErrorInfo.self) == reason)
        #expect(received.detail(Google_Rpc_RetryInfo.self) == delay)
        #expect(received.detail(Google_Rpc_Help.self) == nil)
        let status = try #require(received.statusDetails)
        #expect(status.code == 8)
        #expect(status.message == "out of quota")
        #expect(status.details.map(\.typeURL).first == "type.googleapis.com/google.rpc.ErrorInfo")
    }

    @Test("other metadata stays beside the details")
    func metadata() {
        let error = RPCError(.aborted, "m", details: [], metadata: ["k": "v"])
        #expect(error.metadata["k"] == "v")
        #expect(error.statusDetails == Google_Rpc_Status(code: 10, message: "m"))
    }

    @Test("absent or broken details are none")
    func broken() {
        #expect(RPCError(.aborted, "m").statusDetails == nil)
        let broken = RPCError(.aborted, "m", metadata: ["grpc-status-details-bin": .binary([0xff])])
        #expect(broken.statusDetails == nil)
        #expect(broken.detail(Google_Rpc_ErrorInfo.self) == nil)
    }
}
