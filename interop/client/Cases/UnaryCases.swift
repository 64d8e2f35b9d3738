// SPDX-License-Identifier: Apache-2.0
import Foundation
import InteropProtos
import Skein

extension TestCase {
    static let unary = [
        TestCase("empty_unary") { bed in
            try expect("the response", try await bed.client.emptyCall(.init()), is: .init())
        },

        TestCase("large_unary") { bed in
            let response = try await bed.client.unaryCall(.large)
            try expectZeros(response.payload, SimpleRequest.largeResponseSize, "the response")
        },

        /// gRPC knows no GET any more, and caches on the way do not answer POSTs: the cache is an interceptor here.
        TestCase("cacheable_unary") { bed in
            try await bed.connection.withChannel([ResponseCache()]) { channel in
                let client = Grpc_Testing_TestService.Client(channel)
                let time = "\(Date().timeIntervalSince1970 * 1e9)"
                let request = SimpleRequest(payload: .init(body: Array(time.utf8)))
                let options = CallOptions.metadata(["x-user-ip": "1.2.3.4"])
                let first = try await client.cacheableUnaryCall(request, options)
                let second = try await client.cacheableUnaryCall(request, options)
                try expect("the first payload is empty", first.payload?.body.isEmpty ?? true, is: false)
                try expect("the second payload", second.payload, is: first.payload)
            }
        },

        TestCase("pick_first_unary") { bed in
            let request = SimpleRequest(responseSize: 1, payload: .zeros(1), fillServerID: true)
            let first = try await bed.client.unaryCall(request).serverID
            try expect("the server_id is empty", first.isEmpty, is: false)
            for _ in 1..<100 {
                try expect("server_id", try await bed.client.unaryCall(request).serverID, is: first)
            }
        },
    ]
}
