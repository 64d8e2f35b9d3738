// SPDX-License-Identifier: Apache-2.0
import Foundation
import InteropProtos
import Skein

extension TestCase {
    static let unary = [
        TestCase("empty_unary") { bed in
            try expect("the response", try await bed.client.emptyCall(.init()) == .init(), is: true)
        },

        TestCase("large_unary") { bed in
            let response = try await bed.client.unaryCall(.large)
            try expectZeros(response.payload, SimpleRequest.largeResponseSize, "the response")
        },

        /// gRPC knows no GET any more, and caches on the way do not answer POSTs: the cache is an interceptor here.
        TestCase("cacheable_unary") { bed in
            try await bed.connection.withChannel(.init(), [ResponseCache()]) { channel in
                let client = Grpc_Testing_TestService.Client(channel)
                let time = "\(Date().timeIntervalSince1970 * 1e9)"
                let request = SimpleRequest(payload: .init(body: Array(time.utf8)))
                let options = CallOptions.metadata(["x-user-ip": "1.2.3.4"])
                let first = try await client.cacheableUnaryCall(request, options)
                let second = try await client.cacheableUnaryCall(request, options)
                let texts = [first, second].map { String(decoding: $0.payload?.body ?? [], as: UTF8.self) }
                try expect("whether the first payload is empty", texts[0].isEmpty, is: false)
                try expect("the second payload", texts[1], is: texts[0])
            }
        },

        TestCase("pick_first_unary") { bed in
            try await bed.connection.withChannel(.loadBalancing(.pickFirst)) { channel in
                let client = Grpc_Testing_TestService.Client(channel)
                let request = SimpleRequest(responseSize: 1, payload: .zeros(1), fillServerID: true)
                let first = try await client.unaryCall(request).serverID
                try expect("whether server_id is empty", first.isEmpty, is: false)
                for _ in 1..<100 {
                    try expect("server_id", try await client.unaryCall(request).serverID, is: first)
                }
            }
        },
    ]
}
