// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf
import Testing

@testable import SkeinServices

@Suite("how often load is reported")
struct LoadIntervalTests {
    private let handler = LoadStreamHandler(
        audience: .everyone, minimumInterval: .milliseconds(100), streams: LoadStreams(), report: { LoadReport() })

    @Test(
        "as often as the client asks, but not more often than the server wants, and each day at least",
        arguments: [
            (5, 500_000_000, .milliseconds(5500)), (0, 0, .milliseconds(100)), (-1, 0, .milliseconds(100)),
            (0, -1, .milliseconds(100)), (.min, .min, .milliseconds(100)), (86_401, 0, .seconds(86_400)),
            (.max, .max, .seconds(86_400)),
        ] as [(Int64, Int32, Duration)])
    func clamped(seconds: Int64, nanos: Int32, expected: Duration) {
        #expect(handler.interval(Google_Protobuf_Duration(seconds: seconds, nanos: nanos)) == expected)
    }

    @Test("as often as the server wants when the client does not say")
    func unsaid() {
        #expect(handler.interval(nil) == .milliseconds(100))
    }
}
