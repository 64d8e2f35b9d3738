// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@Suite("Call options", .timeLimit(.minutes(2)))
struct CallOptionsTests {
    @Test("options chain, and the last word counts")
    func chaining() {
        let options = CallOptions.deadline(.seconds(1)).waitForReady.hashKey("k").detached.maxMessageBytes(request: 5)
            .maxMessageBytes(response: 6).deadline(.seconds(2)).failFast
        #expect(options.timeout == .seconds(2))
        #expect(options.waitsForReady == false)
        #expect(options.hashKey == "k")
        #expect(!options.inheritsContext)
        #expect(options.maxRequestBytes == 5)
        #expect(options.maxResponseBytes == 6)
    }

    @Test("added options override what they set and keep the rest")
    func adding() {
        let instant = Deadline.after(.seconds(9))
        let base = CallOptions.deadline(.seconds(1)).waitForReady.metadata(["a": "1"]).maxMessageBytes(request: 1)
        let sum = base.adding(.deadline(at: instant).metadata(["b": "2"]).hashKey("k"))
        #expect(sum.timeout == .seconds(1))
        #expect(sum.deadline == instant)
        #expect(sum.waitsForReady == true)
        #expect(sum.metadata == ["a": "1", "b": "2"])
        #expect(sum.hashKey == "k")
        #expect(sum.inheritsContext)
        #expect(sum.maxRequestBytes == 1)
        let cut = base.adding(.detached).adding(.failFast)
        #expect(!cut.inheritsContext)
        #expect(cut.waitsForReady == false)
    }

    @Test("adding nothing changes nothing")
    func addingNothing() {
        let base = CallOptions.deadline(.seconds(1)).failFast.metadata(["a": "1"]).hashKey("k").detached
        let sum = base.adding(CallOptions())
        #expect(sum.timeout == base.timeout)
        #expect(sum.waitsForReady == base.waitsForReady)
        #expect(sum.metadata == base.metadata)
        #expect(sum.hashKey == base.hashKey)
        #expect(sum.inheritsContext == base.inheritsContext)
    }
}
