// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

extension TestCase {
    /// What goes and what comes back.
    private static let sizes: [(request: Int, response: Int32)] = [
        (27_182, 31_415), (8, 9), (1_828, 2_653), (45_904, 58_979),
    ]

    static let streaming = [
        TestCase("client_streaming") { bed in
            let response = try await bed.client.streamingInputCall { requests in
                for size in sizes { try await requests.write(.zeros(size.request)) }
            }
            try expect("aggregated_payload_size", response.aggregatedPayloadSize, is: 74_922)
        },

        TestCase("server_streaming") { bed in
            let request = OutputRequest(responseParameters: sizes.map { .init(size: $0.response) })
            var received: [OutputResponse] = []
            for try await response in try await bed.client.streamingOutputCall(request) { received.append(response) }
            try expect("responses", received.count, is: sizes.count)
            for (response, size) in zip(received, sizes) {
                try expectZeros(response.payload, size.response, "a response")
            }
        },

        TestCase("ping_pong") { bed in
            let call = try await bed.client.fullDuplexCall()
            var responses = call.responses.makeAsyncIterator()
            for (index, size) in sizes.enumerated() {
                try await call.requests.write(.asking(size.response, zeros: size.request))
                let response = try await expect(some: responses.next(), "response \(index)")
                try expectZeros(response.payload, size.response, "response \(index)")
            }
            call.requests.finish()
            try expect("responses after the last", try await responses.next() == nil ? 0 : 1, is: 0)
            try expect("the status", await call.responses.summary().status.code, is: .ok)
        },

        TestCase("empty_stream") { bed in
            let call = try await bed.client.fullDuplexCall()
            call.requests.finish()
            var count = 0
            for try await _ in call.responses { count += 1 }
            try expect("responses", count, is: 0)
            try expect("the status", await call.responses.summary().status.code, is: .ok)
        },
    ]
}
