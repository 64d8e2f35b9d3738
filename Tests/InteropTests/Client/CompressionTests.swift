// SPDX-License-Identifier: Apache-2.0
import Skein
import TestSupport
import Testing

extension InteropTests {
    /// Compressed requests and replies.
    @Suite("our client and grpcio's server: compression")
    struct Compressing {
        @Test("requests and replies pass compressed", arguments: ["gzip", "deflate"])
        func bothWays(_ name: String) async throws {
            let options = CallOptions.compressed(with: .init(name: name)).metadata(["x-answer-with": .text(name)])
            let payload = (0..<500_000).map { UInt8(truncatingIfNeeded: $0) }
            try await GrpcioServer.withEcho { echo in
                let reply = try await echo.get(.init(payload: payload), options)
                #expect(reply.payload == payload)
                let call = try await echo.update(options)
                for count in 0..<20 {
                    try await call.requests.write(.init(text: "\(count)"), compressed: count % 2 == 0)
                }
                call.requests.finish()
                #expect(try await call.responses.texts() == (0..<20).map(String.init))
            }
        }
    }
}
