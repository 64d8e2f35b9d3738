// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

extension TestCase {
    private static let initialName = "x-grpc-test-echo-initial"
    private static let initialValue = "test_initial_metadata_value"
    private static let trailingName = "x-grpc-test-echo-trailing-bin"
    private static let trailingValue: [UInt8] = [0xab, 0xab, 0xab]

    static let metadata = [
        TestCase("custom_metadata") { bed in
            let options = CallOptions.metadata([initialName: .text(initialValue), trailingName: .binary(trailingValue)])
            let response = try await bed.client.unaryCall.response(.large, options)
            try expectZeros(response.message.payload, SimpleRequest.largeResponseSize, "the response")
            try expectEcho(in: response.metadata, response.trailingMetadata, of: "UnaryCall")

            let call = try await bed.client.fullDuplexCall(options)
            try await call.requests.write(.asking(SimpleRequest.largeResponseSize, zeros: 271_828))
            call.requests.finish()
            var count = 0
            for try await response in call.responses {
                try expectZeros(response.payload, SimpleRequest.largeResponseSize, "the streamed response")
                count += 1
            }
            try expect("responses", count, is: 1)
            let summary = await call.responses.summary()
            try expectEcho(in: summary.metadata, summary.trailingMetadata, of: "FullDuplexCall")
        }
    ]

    private static func expectEcho(in initial: Metadata, _ trailing: Metadata, of method: String) throws {
        try expect("\(initialName) of \(method)", initial.values(initialName), is: [initialValue])
        try expect("\(trailingName) of \(method)", trailing.binaryValues(trailingName), is: [trailingValue])
    }
}
