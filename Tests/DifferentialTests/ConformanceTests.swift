// SPDX-License-Identifier: Apache-2.0
import Foundation
import SkeinProtobuf
import TestSupport
import Testing

/// `protobuf-conformance` as protobuf's runner sees it: requests in, answers out.
@Suite(.timeLimit(.minutes(30))) struct ConformanceTests {
    private static let modern = "protobuf_test_messages.proto3.TestAllTypesProto3"
    private static let legacy = "protobuf_test_messages.proto2.TestAllTypesProto2"

    /// Fields of ConformanceRequest and ConformanceResponse, and values of WireFormat, by their numbers.
    private enum Number {
        static let (binary, json, jspb, text): (UInt8, UInt8, UInt8, UInt8) = (1, 2, 7, 8)
        static let (parseError, binaryResult, jsonResult, skipped): (UInt8, UInt8, UInt8, UInt8) = (1, 3, 4, 5)
        static let (asBinary, asJSON, asJSPB): (UInt8, UInt8, UInt8) = (1, 2, 3)
    }

    private struct Request: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let payload: (UInt8, [UInt8])
        var type = ConformanceTests.modern
        let output: UInt8
        let result: UInt8
        /// What has to come; `nil` for any text.
        var content: [UInt8]?

        /// As the runner encodes it.
        var encoded: [UInt8] {
            let content = [payload.0 << 3 | 2, UInt8(payload.1.count)] + payload.1
            return content + [3 << 3, output, 4 << 3 | 2, UInt8(type.utf8.count)] + type.utf8
        }
    }

    private static let requests: [Request] = [
        Request(
            testDescription: "binary to binary", payload: (Number.binary, [0x08, 0x96, 0x01]), output: Number.asBinary,
            result: Number.binaryResult, content: [0x08, 0x96, 0x01]),
        Request(
            testDescription: "proto2 to binary", payload: (Number.binary, [0x08, 0x00]), type: legacy,
            output: Number.asBinary, result: Number.binaryResult, content: [0x08, 0x00]),
        Request(
            testDescription: "JSON to binary", payload: (Number.json, Array(#"{"optionalInt32": "150"}"#.utf8)),
            output: Number.asBinary, result: Number.binaryResult, content: [0x08, 0x96, 0x01]),
        Request(
            testDescription: "binary to JSON", payload: (Number.binary, [0x08, 0x96, 0x01]), output: Number.asJSON,
            result: Number.jsonResult, content: Array(#"{"optionalInt32":150}"#.utf8)),
        Request(
            testDescription: "broken binary", payload: (Number.binary, [0x08]), output: Number.asBinary,
            result: Number.parseError),
        Request(
            testDescription: "broken JSON", payload: (Number.json, Array("{]".utf8)), output: Number.asBinary,
            result: Number.parseError),
        Request(
            testDescription: "JSPB", payload: (Number.jspb, []), output: Number.asBinary, result: Number.skipped),
        Request(
            testDescription: "text", payload: (Number.text, []), output: Number.asBinary, result: Number.skipped),
        Request(
            testDescription: "an unknown kind of payload", payload: (15, [1]), output: Number.asBinary,
            result: Number.skipped),
        Request(
            testDescription: "as JSPB", payload: (Number.binary, []), output: Number.asJSPB, result: Number.skipped),
        Request(
            testDescription: "an unknown type", payload: (Number.binary, []), type: "nobody.knows.It",
            output: Number.asBinary, result: Number.skipped),
    ]

    @Test("answers each request in its turn, and ends well when its input ends")
    func conversation() throws {
        let (output, status) = try converse(ConformanceTests.requests.flatMap { framed($0.encoded) })
        #expect(status == 0)
        var rest = output[...]
        for request in ConformanceTests.requests {
            let response = try #require(takeFrame(&rest), "\(request.testDescription)")
            check(response, request)
        }
        #expect(rest.isEmpty)
    }

    @Test("an input that ends within a request is an error")
    func truncated() throws {
        let (output, status) = try converse([9, 0, 0, 0, 1])
        #expect(output.isEmpty)
        #expect(status == 1)
    }

    private func check(_ response: [UInt8], _ request: Request) {
        #expect(response.first == request.result << 3 | 2, "\(request.testDescription)")
        guard let content = request.content else { return }
        #expect(Array(response.dropFirst()) == [UInt8(content.count)] + content, "\(request.testDescription)")
    }

    private func framed(_ message: [UInt8]) -> [UInt8] { [UInt8(message.count), 0, 0, 0] + message }

    private func takeFrame(_ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let count = bytes.first, bytes.count >= 4 + Int(count) else { return nil }
        defer { bytes = bytes.dropFirst(4 + Int(count)) }
        return Array(bytes.dropFirst(4).prefix(Int(count)))
    }

    /// Runs the program over `input`, which fits a pipe.
    private func converse(_ input: [UInt8]) throws -> (output: [UInt8], status: Int32) {
        let process = Process()
        process.executableURL = try BuiltProgram.find("protobuf-conformance")
        let (requests, responses, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = requests
        process.standardOutput = responses
        process.standardError = errors
        try process.run()
        try requests.fileHandleForWriting.write(contentsOf: Data(input))
        try requests.fileHandleForWriting.close()
        let output = responses.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (Array(output), process.terminationStatus)
    }
}
