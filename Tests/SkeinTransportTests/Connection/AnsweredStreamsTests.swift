// SPDX-License-Identifier: Apache-2.0
import SkeinHTTP2
import Testing

@testable import SkeinTransport

@Suite("streams answered before their requests are complete")
struct AnsweredStreamsTests {
    @Test("each is due when its patience is over, and not before")
    func due() {
        var streams = AnsweredStreams()
        let (first, second) = (ServerStream(), ServerStream())
        let start = ContinuousClock.now
        streams.add(first, at: start)
        streams.add(second, at: start + .milliseconds(100))
        #expect(streams.next == start + AnsweredStreams.patience)
        #expect(streams.due(at: start + AnsweredStreams.patience - .nanoseconds(1)).isEmpty)
        #expect(
            streams.due(at: start + AnsweredStreams.patience).map(ObjectIdentifier.init) == [ObjectIdentifier(first)])
        #expect(streams.next == start + .milliseconds(100) + AnsweredStreams.patience)
        #expect(streams.due(at: start + .seconds(1)).map(ObjectIdentifier.init) == [ObjectIdentifier(second)])
        #expect(streams.isEmpty && streams.next == nil)
    }
}
