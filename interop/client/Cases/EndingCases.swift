// SPDX-License-Identifier: Apache-2.0
import InteropProtos
import Skein

extension TestCase {
    /// Calls that this side ends before their time.
    static let ending = [
        TestCase("cancel_after_begin") { bed in
            try await expect(.cancelled, of: "StreamingInputCall") {
                try await withThrowingTaskGroup { group in
                    let (begun, signal) = AsyncStream.makeStream(of: Void.self)
                    group.addTask {
                        defer { signal.finish() }
                        _ = try await bed.client.streamingInputCall { _ in
                            signal.finish()
                            try await Task.sleep(for: .seconds(3600))  // until it is cancelled
                        }
                    }
                    for await _ in begun {}
                    group.cancelAll()
                    try await group.next()
                }
            }
        },

        TestCase("cancel_after_first_response") { bed in
            let call = try await bed.client.fullDuplexCall()
            try await call.requests.write(.asking(31_415, zeros: 27_182))
            var responses = call.responses.makeAsyncIterator()
            let response = try await expect(some: responses.next(), "the first response")
            try expectZeros(response.payload, 31_415, "the first response")
            call.responses.cancel()
            try await expect(.cancelled, of: "the next response") { _ = try await responses.next() }
            try expect("the status", await call.responses.summary().status.code, is: .cancelled)
        },

        TestCase("timeout_on_sleeping_server") { bed in
            try await expect(.deadlineExceeded, of: "FullDuplexCall") {
                let call = try await bed.client.fullDuplexCall(.deadline(.milliseconds(1)))
                try await call.requests.write(.init(payload: .zeros(27_182)))
                for try await _ in call.responses {}
            }
        },
    ]
}
