// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

extension TestCase {
    static let compression = [
        TestCase("client_compressed_unary") { bed in
            var request = SimpleRequest.large
            request.expectCompressed = .init(value: true)
            let probe = request
            try await expect(.invalidArgument, of: "the probe") { _ = try await bed.client.unaryCall(probe) }
            let compressed = try await bed.client.unaryCall(request, .compressed(with: .gzip))
            try expectZeros(compressed.payload, request.responseSize, "the compressed call")
            request.expectCompressed = .init(value: false)
            let plain = try await bed.client.unaryCall(request)
            try expectZeros(plain.payload, request.responseSize, "the uncompressed call")
        },

        TestCase("server_compressed_unary") { bed in
            for isCompressed in [true, false] {
                var request = SimpleRequest.large
                request.responseCompressed = .init(value: isCompressed)
                let response = try await bed.client.unaryCall.response(request)
                try expect("the compressed flag", response.wasCompressed, is: isCompressed)
                try expectZeros(response.message.payload, request.responseSize, "the response")
            }
        },

        TestCase("client_compressed_streaming") { bed in
            try await expect(.invalidArgument, of: "the probe") {
                _ = try await bed.client.streamingInputCall { requests in
                    try await requests.write(.zeros(27_182, compressed: true))
                }
            }
            let response = try await bed.client.streamingInputCall(.compressed(with: .gzip)) { requests in
                try await requests.write(.zeros(27_182, compressed: true))
                try await requests.write(.zeros(45_904, compressed: false), compressed: false)
            }
            try expect("aggregated_payload_size", response.aggregatedPayloadSize, is: 73_086)
        },

        TestCase("server_compressed_streaming") { bed in
            let wanted: [(isCompressed: Bool, size: Int32)] = [(true, 31_415), (false, 92_653)]
            let request = OutputRequest(
                responseParameters: wanted.map { .init(size: $0.size, compressed: .init(value: $0.isCompressed)) })
            let responses = try await bed.client.streamingOutputCall(request)
            var count = 0
            for try await response in responses {
                guard count < wanted.count else { throw Unmet("more than \(wanted.count) responses") }
                try expect(
                    "the compressed flag of response \(count)", responses.lastWasCompressed,
                    is: wanted[count].isCompressed)
                try expectZeros(response.payload, wanted[count].size, "response \(count)")
                count += 1
            }
            try expect("responses", count, is: wanted.count)
        },
    ]
}
